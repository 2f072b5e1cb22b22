//! What the operating system would have to provide: headers, libraries, compilers, programs.

use super::{Place, QUOTES, after, between, exception, quoted};
use crate::failure::cause::Cause;

/// No compiler: gcc's, meson's, `CMake`'s and distutils' ways of saying so, on any system.
pub(super) fn compiler(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    if text.contains("Microsoft Visual C++") && text.contains("is required") {
        let compiler = "Microsoft C++ Build Tools".to_owned();
        return Some(Cause::MissingCompiler { compiler });
    }
    if text.contains("xcode-select: note: no developer tools were found")
        || text.contains("invalid active developer path")
    {
        let compiler = "clang".to_owned();
        return Some(Cause::MissingCompiler { compiler });
    }
    if let Some(list) = after(text, "ERROR: Unknown compiler(s): ") {
        return compiler_called(quoted(list)?);
    }
    if let Some(rest) = after(text, "No CMAKE_") {
        let language = rest.split_once("_COMPILER could be found")?.0;
        return compiler_called(match language {
            "C" => "cc",
            "CXX" => "c++",
            "Fortran" => "gfortran",
            _ => return None,
        });
    }
    if text.contains("no acceptable C compiler found in $PATH")
        || text.contains("linker `cc` not found")
    {
        return compiler_called("cc");
    }
    // meson lists every compiler it knows.
    if text.starts_with("Running `") {
        return None;
    }
    compiler_not_started(text)
}

/// A command line that could not be run, because the compiler in it is not there.
fn compiler_not_started(text: &str) -> Option<Cause> {
    let is_missing = [
        "No such file or directory",
        "not found",
        "does not exist",
        "unable to execute",
        "cannot find the file",
    ];
    if !is_missing.iter().any(|part| text.contains(part)) {
        return None;
    }
    let is_about_a_program = [
        "error: command ",
        "unable to execute ",
        "[Errno 2]",
        "[WinError 2]",
    ];
    if let Some(name) = text
        .split_once(": not found")
        .and_then(|(before, _)| before.rsplit(' ').next())
    {
        return compiler_called(name);
    }
    is_about_a_program.iter().find_map(|mark| {
        let rest = after(text, mark)?;
        rest.split([' ', ':'])
            .map(|word| word.trim_matches(QUOTES))
            .find_map(compiler_called)
    })
}

fn compiler_called(name: &str) -> Option<Cause> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let plain = file.strip_suffix(".exe").unwrap_or(file);
    let plain = plain
        .rsplit_once("-linux-gnu-")
        .map_or(plain, |(_, name)| name);
    let name = plain.split_once("-1").map_or(plain, |(name, _)| name);
    match name {
        "gfortran" | "f77" | "f95" | "ifort" => Some(Cause::MissingProgram {
            program: "gfortran".to_owned(),
        }),
        "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++" | "cl" => Some(Cause::MissingCompiler {
            compiler: name.to_owned(),
        }),
        _ => None,
    }
}

/// A header that gcc, clang or MSVC does not find.
pub(super) fn header(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    // Builds try out what a system has with small files of their own, and do without.
    if text.contains("_configtest") || text.contains("conftest") {
        return None;
    }
    let message = after(text, "fatal error")?;
    let header = if let Some(rest) = message.strip_prefix(" C1083:") {
        quoted(rest)?
    } else if let Some((header, _)) = message.split_once(": No such file or directory") {
        header.trim_start_matches(':').trim()
    } else if message.ends_with("file not found") {
        quoted(message)?
    } else {
        return None;
    };
    let is_header = !header.is_empty() && !header.contains(char::is_whitespace);
    is_header.then(|| header_called(header))
}

fn header_called(header: &str) -> Cause {
    match header {
        "Python.h" | "pyconfig.h" => Cause::MissingPythonHeaders,
        "numpy/arrayobject.h" | "numpy/ndarrayobject.h" => Cause::UndeclaredBuildRequirement {
            module: "numpy".to_owned(),
        },
        _ => Cause::MissingHeader {
            header: header.to_owned(),
        },
    }
}

/// A library that the linker or the loader does not find.
pub(super) fn library(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let library = between(text, "cannot find -l", &[':', ' '])
        .or_else(|| {
            let rest = after(text, "ld: library ")?;
            rest.ends_with("not found").then(|| quoted(rest))?
        })
        .or_else(|| between(text, "library not found for -l", &[' ']))
        .or_else(|| between(text, "OSError: Could not find library ", &[' ']))
        .or_else(|| {
            let rest = after(text, "LNK1181: cannot open input file ")?;
            quoted(rest)?.strip_suffix(".lib")
        })
        .or_else(|| {
            let end = text.find(": cannot open shared object file")?;
            text[..end].rsplit([' ', ':']).next()
        })?;
    (!library.is_empty()).then(|| Cause::MissingLibrary {
        library: library.to_owned(),
    })
}

/// A module that pkg-config does not know, or pkg-config itself.
pub(super) fn pkg_config(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let module = after(text, "Package ")
        .and_then(|rest| rest.contains("not found").then_some(rest))
        .filter(|rest| rest.starts_with(QUOTES))
        .and_then(quoted)
        .or_else(|| {
            let rest = after(text, "Package ")?;
            Some(
                rest.split_once(" was not found in the pkg-config search path")?
                    .0,
            )
        })
        .or_else(|| {
            after(text, "No package ")
                .filter(|rest| rest.ends_with("found"))
                .and_then(quoted)
        })
        .or_else(|| {
            // CMake lists what pkg_check_modules did not find below its message.
            let listed = text.strip_prefix("- ").filter(|name| !name.contains(' '))?;
            let mut above = place.before().filter(|line| !line.is_empty());
            above
                .find(|line| !line.starts_with("- "))
                .filter(|line| line.contains("required packages were not found"))
                .map(|_| listed)
        })
        .or_else(|| {
            text.contains("Can not find valid pkg-config name")
                .then(|| asked_of_pkg_config(place))?
        });
    if let Some(module) = module {
        let module = module.to_owned();
        return Some(Cause::MissingPkgConfigModule { module });
    }
    let is_missing = [
        "Unable to invoke pkg-config",
        "pkg-config is not installed",
        "pkg-config probably not installed",
        "Could NOT find PkgConfig",
        "pkg-config: not found",
        "pkg-config: command not found",
        "Could not run pkg-config",
        "The pkg-config command could not be found",
        "The pkg-config script could not be found",
    ];
    is_missing
        .iter()
        .any(|part| text.contains(part))
        .then(|| program("pkg-config"))
}

/// The first name that a build asked pkg-config for before it gave up.
fn asked_of_pkg_config(place: Place<'_>) -> Option<&str> {
    let asked = place
        .before()
        .filter_map(|line| after(line, "pkg-config --exists "))
        .filter_map(|rest| rest.split([' ', '\'']).next());
    asked.last()
}

/// A dependency or program that meson does not find.
pub(super) fn meson(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let message = after(text, "ERROR: ")?;
    if let Some(rest) = message.strip_prefix("Dependency ") {
        let module = quoted(rest).filter(|_| rest.contains("not found"))?;
        let module = module.to_owned();
        return Some(Cause::MissingPkgConfigModule { module });
    }
    let rest = message.strip_prefix("Program ")?;
    let names = rest.split_once(" not found")?.0;
    let name = names.trim_matches(QUOTES).split(' ').next()?;
    Some(program(name.trim_matches(QUOTES)))
}

/// A package that `CMake` does not find.
pub(super) fn cmake(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let package = between(text, "Could NOT find ", &[' ', '(', ',']).or_else(|| {
        let rest = after(
            text,
            "Could not find a package configuration file provided by ",
        )?;
        quoted(rest)
    })?;
    Some(match package {
        "Python" | "Python3" | "PythonLibs" => Cause::MissingPythonHeaders,
        "PkgConfig" => program("pkg-config"),
        _ => Cause::MissingCmakePackage {
            package: package.to_owned(),
        },
    })
}

/// A program that a shell did not find.
pub(super) fn program_of_shell(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    if let Some(name) =
        after(text, "'").and_then(|rest| rest.split_once("' is not recognized as an internal"))
    {
        return is_program(name.0).then(|| program(name.0));
    }
    let before = text
        .strip_suffix(": not found")
        .or_else(|| text.strip_suffix(": command not found"))?;
    let is_shell = ["sh: ", "bash: ", "dash: ", "line "]
        .iter()
        .any(|part| before.contains(part));
    let name = before.rsplit([':', ' ']).next()?;
    (is_shell && is_program(name)).then(|| program(name))
}

/// A program that Python could not start.
pub(super) fn program_of_python(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    if let Some(rest) =
        after(text, "error: command ").filter(|rest| rest.contains("failed: No such file"))
    {
        return quoted(rest).filter(|name| is_program(name)).map(program);
    }
    let message = exception(text, "FileNotFoundError")
        .or_else(|| text.contains("[Errno 2]").then_some(text))?;
    let rest = after(message, "No such file or directory: ")?;
    let name = quoted(rest).filter(|name| is_program(name))?;
    // Files are missing with the same words; only what is to be run passes through subprocess.
    let is_run = place
        .before()
        .take_while(|line| !line.starts_with("Traceback"))
        .any(|line| line.contains("_execute_child") || line.contains("subprocess.py"));
    // distutils shows the command line before it runs it.
    let is_shown = || {
        let mut lines = place.before();
        lines.any(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(' '))
        })
    };
    (is_run || is_shown()).then(|| program(name))
}

/// A program whose absence the build tells in its own words.
pub(super) fn program_by_name(place: Place<'_>) -> Option<Cause> {
    const MESSAGES: [(&str, &str); 24] = [
        ("can't find Rust compiler", "cargo"),
        ("Cargo, the Rust package manager, is not installed", "cargo"),
        ("rustc --version` failed", "cargo"),
        (
            "Rust not found, installing into a temporary directory",
            "cargo",
        ),
        ("This package requires Rust and Cargo to compile", "cargo"),
        ("pg_config executable not found", "pg_config"),
        ("pg_config is required to build", "pg_config"),
        ("mysql_config not found", "mysql_config"),
        ("mariadb_config not found", "mariadb_config"),
        ("Could not run curl-config", "curl-config"),
        ("Could not find gdal-config", "gdal-config"),
        ("A GDAL API version must be specified", "gdal-config"),
        ("Could not locate executable geos-config", "geos-config"),
        ("CMake must be installed to build", "cmake"),
        ("CMake is not installed", "cmake"),
        ("Failed to install temporary CMake", "cmake"),
        ("Problem with the CMake installation", "cmake"),
        ("Cannot find CMake executable", "cmake"),
        ("llvm-config failed executing", "llvm-config"),
        ("Could not find a `llvm-config` binary", "llvm-config"),
        (
            "make sure the development packages of libxml2 and libxslt are installed",
            "xslt-config",
        ),
        ("Could not find nvcc", "nvcc"),
        ("CUDA_HOME environment variable is not set", "nvcc"),
        ("Could not find protoc", "protoc"),
    ];
    let text = place.text();
    MESSAGES
        .iter()
        .find(|(message, _)| text.contains(message))
        .map(|(_, name)| program(name))
}

/// What uv guesses, where the build itself says nothing that is known.
pub(super) fn from_advice(advice: &str) -> Option<Cause> {
    let needs = after(advice, "likely indicates that you need to install ")?;
    let header = needs
        .strip_prefix("a library that provides `")
        .map(|rest| rest.split('`').next());
    header.flatten().map(header_called)
}

fn program(name: &str) -> Cause {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    Cause::MissingProgram {
        program: name.to_owned(),
    }
}

/// Whether `name` can be a program and not some file: a path is none unless it leads to a folder of
/// programs.
fn is_program(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let is_plain = file == name || name.contains("bin/");
    let is_name = |character: char| character.is_ascii_alphanumeric() || "-_+.".contains(character);
    let has_ending = [
        ".txt", ".py", ".md", ".rst", ".cfg", ".toml", ".in", ".json", ".c", ".h",
    ];
    is_plain
        && !file.is_empty()
        && file.chars().all(is_name)
        && !has_ending.iter().any(|ending| file.ends_with(ending))
}
