//! The words of builds that no machine at hand can be made to say.

use super::*;

/// The cause of a build that ended with `last_words`.
fn cause_of(last_words: &str) -> Option<Cause> {
    let text = format!(
        "error: Failed to build `a==1`\n  cause: Call to `build_wheel` failed\n\n\
        \x20        [stderr]\n{last_words}\n"
    );
    diagnose(&Output::new(&text)).map(|sighting| sighting.cause)
}

/// What a build says last, and the cause that is understood.
const WORDS: [(&str, &str); 33] = [
    (
        "a.c:1:10: fatal error: 'libpq-fe.h' file not found",
        "the C header `libpq-fe.h` is missing",
    ),
    (
        "a.c(1): fatal error C1083: Cannot open include file: 'sql.h': No such file or directory",
        "the C header `sql.h` is missing",
    ),
    (
        "_dbus.c:1:10: fatal error: Python.h: No such file or directory",
        "the headers of Python itself (`Python.h`) are missing",
    ),
    (
        "LINK : fatal error LNK1181: cannot open input file 'libxml2.lib'",
        "the library `libxml2` is missing",
    ),
    (
        "ld: library 'ssl' not found",
        "the library `ssl` is missing",
    ),
    (
        "ld: library not found for -lssl",
        "the library `ssl` is missing",
    ),
    (
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
        "the library `libGL.so.1` is missing",
    ),
    (
        "error: Microsoft Visual C++ 14.0 or greater is required. Get it with the Build Tools",
        "the compiler `Microsoft C++ Build Tools` is missing",
    ),
    (
        "error: command 'gcc' failed: No such file or directory",
        "the compiler `gcc` is missing",
    ),
    (
        "unable to execute 'x86_64-linux-gnu-gcc': No such file or directory",
        "the compiler `gcc` is missing",
    ),
    (
        "error: command 'swig' failed: No such file or directory",
        "the program `swig` is missing",
    ),
    (
        "/bin/sh: 1: swig: not found",
        "the program `swig` is missing",
    ),
    (
        "bash: line 3: cmake: command not found",
        "the program `cmake` is missing",
    ),
    (
        "'pg_config' is not recognized as an internal or external command,",
        "the program `pg_config` is missing",
    ),
    (
        "Error: pg_config executable not found.",
        "the program `pg_config` is missing",
    ),
    (
        "../meson.build:5:0: ERROR: Unknown compiler(s): [['gfortran'], ['flang']]",
        "the program `gfortran` is missing",
    ),
    (
        "Package 'cairo', required by 'virtual:world', not found",
        "the library `cairo` is missing (`pkg-config` does not know it)",
    ),
    (
        "Package gobject-2.0 was not found in the pkg-config search path.",
        "the library `gobject-2.0` is missing (`pkg-config` does not know it)",
    ),
    (
        "No package 'dbus-1' found",
        "the library `dbus-1` is missing (`pkg-config` does not know it)",
    ),
    (
        "../meson.build:9:0: ERROR: Program 'swig swig4' not found",
        "the program `swig` is missing",
    ),
    (
        "CMake Error: Could NOT find BLAS (missing: BLAS_LIBRARIES)",
        "the library `BLAS` is missing (CMake does not find it)",
    ),
    (
        "c++: fatal error: Killed signal terminated program cc1plus",
        "the memory did not suffice",
    ),
    (
        "git@git.example: Permission denied (publickey).",
        "the git server does not accept your SSH key",
    ),
    (
        "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
        "`https://git.example` asks for credentials",
    ),
    (
        "remote: Repository not found.",
        "the repository does not exist, or you may not read it",
    ),
    (
        "a.c:5:3: error: implicit declaration of function 'f' [-Wimplicit-function-declaration]",
        "newer compilers refuse its code (`implicit-function-declaration`)",
    ),
    (
        "a.c(3): error C2039: 'ob_digit': is not a member of '_longobject'",
        "it was written for an older Python: `ob_digit` is gone (3.11 was the last to have it)",
    ),
    (
        "a.c:3:9: error: call to undeclared function 'PyString_FromString'; ISO C99",
        "it was written for Python 2",
    ),
    (
        "AttributeError: cython_sources",
        "it can only be built with `Cython<3`",
    ),
    (
        "AttributeError: 'build_ext' object has no attribute 'cython_sources'",
        "it can only be built with `Cython<3`",
    ),
    (
        "ValueError: invalid mode: 'U'",
        "it was written for an older Python: `open(…, 'U')` is gone (3.10 was the last to have it)",
    ),
    (
        "ModuleNotFoundError: No module named 'numpy.distutils'",
        "it was written for an older Python: `numpy.distutils` is gone (3.11 was the last to have it)",
    ),
    (
        "OSError: Could not find library geos_c or load any of its variants ['libgeos_c.so.1']",
        "the library `geos_c` is missing",
    ),
];

#[test]
fn the_words_of_other_systems_are_known() {
    for (words, expected) in WORDS {
        let cause = cause_of(words).map(|cause| cause.to_string());
        assert_eq!(cause.as_deref(), Some(expected), "{words}");
    }
}

#[test]
fn what_a_build_only_tries_out_is_no_cause() {
    for words in [
        "_configtest.c:1:10: fatal error: cblas.h: No such file or directory",
        "Run-time dependency cairo found: NO (tried pkg-config)",
        "a.c:3:9: warning: implicit declaration of function 'PyUnicode_GetSize'",
        "a.c:3:9: error: 'struct point' has no member named 'frame'",
        "checking for gcc... not found",
        "RuntimeError: requires Python 2.7 or 3.4",
        "warning: no files found matching 'README.txt'",
    ] {
        assert_eq!(cause_of(words), None, "{words}");
    }
}

#[test]
fn the_last_word_of_a_build_counts() {
    let words = "yaml.h:2:10: fatal error: yaml.h: No such file or directory\n\
        Error compiling module, falling back to pure Python\n\
        FileNotFoundError: [Errno 2] No such file or directory: 'requirements.txt'";
    let cause = cause_of(words).unwrap();
    assert_eq!(
        cause.to_string(),
        "its build reads `requirements.txt`, which its sources do not have"
    );
}

#[test]
fn the_oldest_limit_counts() {
    let words = "a.c:1:2: error: 'PyTypeObject' has no member named 'tp_print'\n\
        a.c:5:2: error: 'PyLongObject' has no member named 'ob_digit'";
    let Some(Cause::InterpreterTooNew { last, .. }) = cause_of(words) else {
        panic!("another cause");
    };
    assert_eq!(last.as_deref(), Some("3.8"));
}
