//! What is found of projects of C and C++.

use super::super::shown::shown;

#[test]
fn cmake_with_the_program_below() {
    let files = [
        (
            "CMakeLists.txt",
            "project(shop VERSION 1.0) # x\nfind_package(Drogon REQUIRED)\nadd_subdirectory(src)\n",
        ),
        (
            "src/CMakeLists.txt",
            "add_executable(shop main.cc)\nadd_executable(shop_test t.cc)\n",
        ),
        ("src/main.cc", ""),
        ("conanfile.txt", ""),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Cpp Api shop ["drogon"]
      with conan  conanfile.txt (conanfile)
      install: conan install . --output-folder=build --build=missing
      build: cmake -S . -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_TOOLCHAIN_FILE=build/conan_toolchain.cmake && cmake --build build
      start: ./build/src/shop
      test: ctest --test-dir build
      application src/shop src/CMakeLists.txt:1 (cmake-add-executable)
      port 8080 CMakeLists.txt:2 (cmake-find-package)
    "#);
}

#[test]
fn libraries_have_programs_for_their_tests() {
    let files = [
        (
            "CMakeLists.txt",
            "project(FMT)\nadd_library(fmt fmt.cc)\nadd_library(fmt::fmt ALIAS fmt)\nadd_executable(demo d.cc)\n",
        ),
        ("fmt.cc", ""),
    ];
    insta::assert_snapshot!(shown(&files), @"
    . Cpp Library FMT []
      build: cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build
      test: ctest --test-dir build
    ");
}

#[test]
fn meson_autotools_and_make() {
    let meson = [(
        "meson.build",
        "project('calc', 'c')\ndependency('gtk4')\nexecutable('calc', 'c.c')\n",
    )];
    insta::assert_snapshot!(shown(&meson), @r#"
    . Cpp App calc ["gtk"]
      build: meson setup build --buildtype=release && meson compile -C build
      start: ./build/calc
      test: meson test -C build
      application calc meson.build:3 (meson-executable)
    "#);
    let autotools = [
        ("configure.ac", "AC_INIT([jx],[1.7])\n"),
        (
            "Makefile.am",
            "bin_PROGRAMS = jx\nlib_LTLIBRARIES = libjx.la\n",
        ),
        ("src/jx.c", ""),
    ];
    insta::assert_snapshot!(shown(&autotools), @"
    . Cpp App jx []
      build: autoreconf -fi && ./configure && make
      start: ./jx
      test: make check
      application jx Makefile.am:1 (automake-programs)
    ");
    insta::assert_snapshot!(shown(&[("Makefile", "all:\n"), ("x.c", "")]), @"
    . Cpp App  []
      build: make
    ");
}

#[test]
fn what_builds_something_else_is_none_of_it() {
    assert_eq!(shown(&[("Makefile", "all:\n"), ("x.py", "")]), "");
    assert_eq!(
        shown(&[
            ("CMakeLists.txt", "project(x)\n"),
            ("x.c", ""),
            ("setup.py", "")
        ]),
        ""
    );
    assert_eq!(
        shown(&[("docs/CMakeLists.txt", "project(x)\n"), ("docs/x.c", "")]),
        ""
    );
}

#[test]
fn a_file_that_is_cut_off_names_no_program() {
    for (path, text) in [
        ("meson.build", "project('calc', 'c')\nexecutable('"),
        ("CMakeLists.txt", "project(calc C)\nadd_executable(\""),
    ] {
        let shown = shown(&[(path, text), ("c.c", "")]);
        assert!(!shown.contains("start:"), "{shown}");
    }
}

#[test]
fn a_makefile_names_its_program() {
    let named = [
        ("Makefile", "CC = gcc\nTARGET := shop\nall: $(TARGET)\n"),
        ("x.c", ""),
    ];
    assert!(shown(&named).contains("start: ./shop\n"));
    let compiled = [
        (
            "Makefile",
            "all:\n\t$(CC) -c -o x.o x.c\n\t$(CC) x.o -o bin/shop -lm\n",
        ),
        ("x.c", ""),
    ];
    assert!(shown(&compiled).contains("start: ./bin/shop\n"));
    let open = [("Makefile", "all:\n\tcc -o $@ x.c\n"), ("x.c", "")];
    assert!(!shown(&open).contains("start:"));
}

#[test]
fn a_makefile_of_a_part_is_none_of_the_whole() {
    let files = [
        ("src/a.c", ""),
        ("src/bpf/Makefile", "TARGET = x\n"),
        ("src/bpf/b.c", ""),
    ];
    assert_eq!(shown(&files), "");
}
