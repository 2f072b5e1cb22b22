//! Code that was written for another Python than the one it meets.

use dhtl_detection::imports_table::{is_python2_only, last_minor_with};

use super::{Place, RULES, after, exception, quoted};
use crate::failure::cause::Cause;

/// What the C API had, and the last minor version of Python 3 that had it.
///
/// Source: the headers of Python 3.6 to 3.13, compared, and "What's New in Python" for members of
/// structures and for functions that changed.
const C_API: [(&str, u8); 44] = [
    ("PyCFunction_Call", 12),
    ("PyEval_CallFunction", 12),
    ("PyEval_CallMethod", 12),
    ("PyEval_CallObject", 12),
    ("PyEval_CallObjectWithKeywords", 12),
    ("PyObject_AsCharBuffer", 12),
    ("PyObject_AsReadBuffer", 12),
    ("PyObject_AsWriteBuffer", 12),
    ("PyNode_Compile", 9),
    ("PyTrash_UNWIND_LEVEL", 10),
    ("PyUnicode_AS_DATA", 11),
    ("PyUnicode_AS_UNICODE", 11),
    ("PyUnicode_AsUnicode", 11),
    ("PyUnicode_AsUnicodeAndSize", 11),
    ("PyUnicode_FromUnicode", 11),
    ("PyUnicode_GET_DATA_SIZE", 11),
    ("PyUnicode_GET_SIZE", 11),
    ("PyUnicode_GetSize", 11),
    ("PyUnicode_WCHAR_KIND", 11),
    ("Py_TRASHCAN_SAFE_BEGIN", 12),
    ("Py_UNICODE_COPY", 10),
    ("Py_UNICODE_MATCH", 8),
    ("_PyArg_ParseStack", 12),
    ("_PyGC_FINALIZED", 12),
    ("_PyInterpreterState_GetConfig", 12),
    ("_PyLong_AsByteArray", 12),
    ("_Py_ForgetReference", 12),
    ("_Py_HashSecret", 12),
    ("co_code", 10),
    ("co_varnames", 10),
    ("curexc_traceback", 11),
    ("curexc_type", 11),
    ("curexc_value", 11),
    ("exc_traceback", 10),
    ("exc_type", 10),
    ("f_back", 10),
    ("f_code", 10),
    ("f_lasti", 10),
    ("frame", 10),
    ("ob_digit", 11),
    ("recursion_depth", 10),
    ("tp_print", 8),
    ("use_tracing", 9),
    ("wstr", 11),
];

/// Names that modules of the standard library had, and the last minor version that had them.
///
/// Source: the sections "Removed" of "What's New in Python" 3.7 to 3.14.
const NAMES: [(&str, &str, u8); 26] = [
    ("array", "tostring", 8),
    ("ast", "Num", 13),
    ("ast", "Str", 13),
    ("asyncio", "coroutine", 10),
    ("base64", "decodestring", 8),
    ("base64", "encodestring", 8),
    ("cgi", "escape", 7),
    ("collections", "", 9),
    ("configparser", "SafeConfigParser", 11),
    ("fractions", "gcd", 8),
    ("gettext", "lgettext", 10),
    ("inspect", "formatargspec", 10),
    ("inspect", "getargspec", 10),
    ("locale", "format", 11),
    ("os", "errno", 6),
    ("pkgutil", "ImpImporter", 11),
    ("pkgutil", "find_loader", 13),
    ("pkgutil", "get_loader", 13),
    ("platform", "dist", 7),
    ("platform", "linux_distribution", 7),
    ("random", "jumpahead", 1),
    ("ssl", "wrap_socket", 11),
    ("string", "maketrans", 0),
    ("sys", "setcheckinterval", 8),
    ("time", "clock", 7),
    ("unittest", "makeSuite", 12),
];

/// Headers that Python had where extensions find them, and the last minor version that had them.
///
/// Source: the headers of Python 3.6 to 3.13, compared.
const HEADERS: [(&str, u8); 17] = [
    ("Python-ast.h", 9),
    ("cellobject.h", 10),
    ("classobject.h", 10),
    ("code.h", 10),
    ("funcobject.h", 10),
    ("genobject.h", 10),
    ("graminit.h", 9),
    ("longintrepr.h", 10),
    ("node.h", 9),
    ("odictobject.h", 9),
    ("parsetok.h", 9),
    ("pyarena.h", 9),
    ("pyctype.h", 9),
    ("pydebug.h", 9),
    ("pyfpe.h", 9),
    ("pystrhex.h", 10),
    ("ucnhash.h", 9),
];

/// Headers of Python that moved out of reach.
pub(super) fn gone_header(place: Place<'_>) -> Option<Cause> {
    let message = after(place.text(), "fatal error")?;
    let mut words = message.split([' ', ':', '\'', '"', '‘', '’']);
    let known = |word: &str| HEADERS.iter().find(|(header, _)| *header == word);
    let (header, last) = words.find_map(known)?;
    Some(too_new(header, Some(*last)))
}

/// Macros of the C API that can be assigned to no more: `Py_TYPE(type) = &PyType_Type`.
pub(super) fn gone_lvalue(place: Place<'_>) -> Option<Cause> {
    const MACROS: [&str; 3] = ["Py_REFCNT", "Py_SIZE", "Py_TYPE"];
    let message = after(place.text(), ": error: ")?;
    let is_it = message.contains("lvalue required") || message.contains("is not assignable");
    // Below stands the line of code.
    let code = place.after().take(4).filter(|_| is_it);
    let mut used = code.filter_map(|code| MACROS.iter().find(|name| code.contains(**name)));
    used.next()
        .map(|name| too_new(&format!("{name}(…) = …"), Some(9)))
}

/// Errors of C compilers about Python's own structures and functions.
pub(super) fn gone_from_the_c_api(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let message = [": error: ", ": error C", "ImportError: "]
        .iter()
        .find_map(|mark| after(text, mark))?;
    let words = || {
        message.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
    };
    let is_python = |word: &str| {
        ["Py", "_Py", "__Pyx", "_PyErr"]
            .iter()
            .any(|begin| word.starts_with(begin))
            || [
                "_ts",
                "_object",
                "_longobject",
                "_typeobject",
                "_frame",
                "_err_stackitem",
            ]
            .contains(&word)
    };
    let is_about = [
        "has no member named",
        "no member named",
        "is not a member of",
        "implicit declaration of function",
        "call to undeclared function",
        "undeclared",
        "was not declared in this scope",
        "use of undeclared identifier",
        "too few arguments to function",
        "undefined symbol",
        "unknown type name",
        "incomplete typedef",
        "invalid use of undefined type",
        "incomplete definition of type",
    ];
    if !is_about.iter().any(|part| message.contains(part)) || !words().any(is_python) {
        return None;
    }
    let known = |word: &str| C_API.iter().find(|(name, _)| *name == word);
    let of_python_two = [
        "PyString_",
        "PyInt_",
        "Py_InitModule",
        "PyClass_Type",
        "PyCObject_",
    ];
    if words().any(|word| of_python_two.iter().any(|begin| word.starts_with(begin))) {
        return Some(Cause::PythonTwoOnly);
    }
    if let Some((name, last)) = words().find_map(known) {
        return Some(too_new(name, Some(*last)));
    }
    let name = words().find(|word| is_python(word))?;
    Some(too_new(name, None))
}

/// Modules of the standard library that newer interpreters have no more, or that only Python 2 had.
pub(super) fn gone_module(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let message =
        exception(text, "ModuleNotFoundError").or_else(|| exception(text, "ImportError"))?;
    let module = after(message, "No module named ")?;
    let module = quoted(module).unwrap_or(module);
    if is_python2_only(module) {
        return Some(Cause::PythonTwoOnly);
    }
    if module == "numpy.distutils" || module.starts_with("numpy.distutils.") {
        return Some(too_new("numpy.distutils", Some(11)));
    }
    // setuptools brings distutils; its parts go with versions of setuptools.
    if module.starts_with("distutils.") {
        return None;
    }
    last_minor_with(module).map(|last| too_new(module, Some(last)))
}

/// The mode that files were opened in for universal newlines.
pub(super) fn gone_mode(place: Place<'_>) -> Option<Cause> {
    let message = exception(place.text(), "ValueError")?;
    let is_it = message.starts_with("invalid mode: ") && message.contains('U');
    is_it.then(|| too_new("open(…, 'U')", Some(10)))
}

/// Names that a module of the standard library had: `cannot import name 'Mapping' from
/// 'collections'`.
pub(super) fn gone_name(place: Place<'_>) -> Option<Cause> {
    let message = exception(place.text(), "ImportError")?;
    let rest = after(message, "cannot import name ")?;
    let name = quoted(rest)?;
    let module = quoted(after(rest, " from ")?)?;
    gone(module, name)
}

/// Names that a module of the standard library had: `module 'inspect' has no attribute
/// 'getargspec'`.
pub(super) fn gone_attribute(place: Place<'_>) -> Option<Cause> {
    let message = exception(place.text(), "AttributeError")?;
    if let Some(rest) = after(message, "module ") {
        return gone(quoted(rest)?, quoted(after(rest, "has no attribute ")?)?);
    }
    let of_objects = [
        ("isAlive", 8),
        ("getchildren", 8),
        ("unescape", 8),
        ("tostring", 8),
        ("readfp", 11),
    ];
    let name = quoted(after(message, "object has no attribute ")?)?;
    let (name, last) = of_objects.iter().find(|(known, _)| *known == name)?;
    Some(too_new(name, Some(*last)))
}

fn gone(module: &str, name: &str) -> Option<Cause> {
    let is_abstract_class = || name.starts_with(char::is_uppercase) && name != "OrderedDict";
    let (_, _, last) = NAMES.iter().find(|(of, known, _)| {
        *of == module && (*known == name || known.is_empty() && is_abstract_class())
    })?;
    if *last < 3 {
        return Some(Cause::PythonTwoOnly);
    }
    Some(too_new(&format!("{module}.{name}"), Some(*last)))
}

/// What a `setup.py` says when it does not accept the interpreter.
pub(super) fn refused_by_setup(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let lower = text.to_ascii_lowercase();
    let refuses_three = [
        "python 3 is not supported",
        "is not supported on python 3",
        "does not support python 3",
        "not yet compatible with python 3",
    ];
    let demands_two = ["only supports python 2", "requires python 2"];
    let is_digit = |character: char| character.is_ascii_digit();
    let rest_of = |part: &&str| after(&lower, part);
    // `Python 3.6` is one of many, and `2.7 or 3.4` no refusal.
    let is_two_only = refuses_three
        .iter()
        .filter_map(rest_of)
        .any(|rest| !rest.trim_start_matches('.').starts_with(is_digit))
        || demands_two
            .iter()
            .filter_map(rest_of)
            .any(|rest| !rest.contains('3'));
    if is_two_only {
        return Some(Cause::PythonTwoOnly);
    }
    let (current, specifiers) = accepted_by_setup(text)?;
    Some(Cause::RequiresPython {
        distribution: None,
        specifiers: specifiers.to_owned(),
        current: current.trim().to_owned(),
    })
}

/// The version that is refused, and those that would do.
fn accepted_by_setup(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = after(text, "requires a different Python: ") {
        let (current, rest) = rest.split_once(" not in ")?;
        return Some((current, quoted(rest)?));
    }
    let rest = after(text, "Cannot install on Python version ")?;
    let (current, rest) = rest.split_once(';')?;
    let (specifiers, _) = after(rest, "only versions ")?.split_once(" are supported")?;
    Some((current, specifiers))
}

/// What only Python 2 can read.
pub(super) fn python_two_syntax(place: Place<'_>) -> Option<Cause> {
    let message =
        exception(place.text(), "SyntaxError").or_else(|| exception(place.text(), "TabError"))?;
    let is_told = [
        "Missing parentheses in call to",
        "multiple exception types must be parenthesized",
        "leading zeros in decimal integer literals are not permitted",
        "inconsistent use of tabs and spaces",
        "invalid token",
        "invalid decimal literal",
    ];
    let code = place
        .before()
        .take_while(|line| !line.starts_with("File \""))
        .find(|line| line.contains(char::is_alphabetic));
    let is_shown = code.is_some_and(|code| {
        let is_raised = code.starts_with("raise ")
            && (code.contains(", '") || code.contains(", \"") || code.contains(", ("));
        let is_caught = code.starts_with("except ") && code.ends_with(':') && code.contains(", ");
        let is_printed =
            code.starts_with("print ") || code.starts_with("print>>") || code.starts_with("exec ");
        is_raised || is_caught || is_printed || code.contains("<>") || code.contains(" ur'")
    });
    (is_told.iter().any(|part| message.starts_with(part)) || is_shown)
        .then_some(Cause::PythonTwoOnly)
}

/// Names that only Python 2 knows.
pub(super) fn python_two_name(place: Place<'_>) -> Option<Cause> {
    const NAMES: [&str; 11] = [
        "basestring",
        "cmp",
        "execfile",
        "file",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ];
    let text = place.text();
    if let Some(message) = exception(text, "NameError") {
        let name = quoted(message)?;
        return NAMES.contains(&name).then_some(Cause::PythonTwoOnly);
    }
    let message = exception(text, "AttributeError")?;
    let is_it = [
        "'dict' object has no attribute 'has_key'",
        "'dict' object has no attribute 'iteritems'",
    ]
    .iter()
    .any(|part| message.starts_with(part));
    is_it.then_some(Cause::PythonTwoOnly)
}

/// The oldest of all limits that the lines show: what needs 3.9 for one thing and 3.11 for another
/// needs 3.9.
pub(super) fn tightened(cause: Cause, lines: &[&str]) -> Cause {
    let Cause::InterpreterTooNew { gone, last } = cause else {
        return cause;
    };
    let every = (0..lines.len()).filter_map(|index| {
        let place = Place { lines, index };
        match RULES.iter().find_map(|rule| rule(place))? {
            Cause::InterpreterTooNew {
                gone,
                last: Some(last),
            } => Some((minor(&last)?, gone)),
            _ => None,
        }
    });
    every
        .min_by_key(|(minor, _)| *minor)
        .map_or(Cause::InterpreterTooNew { gone, last }, |(minor, gone)| {
            too_new(&gone, Some(minor))
        })
}

fn minor(version: &str) -> Option<u8> {
    version.strip_prefix("3.")?.parse().ok()
}

fn too_new(gone: &str, last: Option<u8>) -> Cause {
    Cause::InterpreterTooNew {
        gone: gone.to_owned(),
        last: last.map(|minor| format!("3.{minor}")),
    }
}
