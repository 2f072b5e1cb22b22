//! Files that are broken, huge, deep or in other encodings.

use super::*;

fn problems(facts: &CodeFacts) -> Vec<String> {
    facts
        .problems
        .iter()
        .map(|problem| problem.evidence.to_string())
        .collect()
}

#[test]
fn syntax_errors_keep_what_stands_around_them() {
    let facts = Files::new(&[
        ("a.py", "import requests\nprint 'hello'\nimport flask\n"),
        ("b.py", "def f(:\n    pass\nimport flask\n"),
    ])
    .scan();
    assert_eq!(
        problems(&facts),
        ["a.py:2 (python-syntax)", "b.py:1 (python-syntax)"]
    );
    let modules: Vec<_> = facts
        .imports
        .iter()
        .map(|import| (import.module.as_str(), import.sites.len()))
        .collect();
    assert_eq!(modules, [("flask", 2), ("requests", 1)]);
}

#[test]
fn depth_is_survived_or_reported() {
    // The import on the same line keeps the parser from being spared it.
    let wrap = |text: String| format!("import requests\n{text}; import flask\n");
    let files: Vec<(String, String)> = [
        ("attributes.py", format!("x{}", ".a".repeat(10_000))),
        ("brackets.py", "[".repeat(1_000_000)),
        ("calls.py", format!("f{}", "()".repeat(10_000))),
        ("minus.py", format!("x = {}1", "-".repeat(1_000_000))),
        ("not.py", format!("x = {}1", "not ".repeat(15_000))),
        (
            "parentheses.py",
            format!("x = {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        ),
        ("sum.py", format!("x = 1{}", " + 1".repeat(6_000))),
        ("lambda.py", format!("x = {}1", "lambda:".repeat(15_000))),
        (
            "nested_calls.py",
            format!("x = {}1{}", "f(".repeat(19_000), ")".repeat(19_000)),
        ),
        (
            "nested_dicts.py",
            format!("x = {}1{}", "{1:".repeat(9_000), "}".repeat(9_000)),
        ),
        (
            "nested_loops.py",
            format!("x = {}1{}", "[x for x in ".repeat(3_900), "]".repeat(3_900)),
        ),
        (
            "nested_choices.py",
            format!("x = {}1", "1 if x else ".repeat(4_900)),
        ),
        (
            "nested_slices.py",
            format!("x = {}1{}", "a[".repeat(19_000), "]".repeat(19_000)),
        ),
        ("powers.py", format!("x = {}1", "2**".repeat(9_900))),
        (
            "list.py",
            format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000)),
        ),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), wrap(text)))
    .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let facts = Files::new(&files).scan();
    assert_eq!(
        problems(&facts),
        ["brackets.py (python-syntax)", "minus.py (python-syntax)"]
    );
    assert_eq!(facts.imports[0].sites.len(), files.len() - 2);
}

#[test]
fn huge_and_binary_files_are_reported() {
    let mut huge = b"import requests\n".to_vec();
    huge.resize(3 << 20, b'\n');
    let facts = Files::of_bytes(&[
        ("binary.py", b"import requests\n\xff\xfe\0\0"),
        ("huge.py", &huge),
        (
            "latin.py",
            b"# -*- coding: latin-1 -*-\nimport flask  # \xe9\n",
        ),
        ("marked.py", b"\xef\xbb\xbfimport flask\r\nimport click\r\n"),
    ])
    .scan();
    assert_eq!(
        problems(&facts),
        ["binary.py:2 (python-syntax)", "huge.py (file-size-limit)"]
    );
    let modules: Vec<_> = facts
        .imports
        .iter()
        .map(|import| import.module.as_str())
        .collect();
    assert_eq!(modules, ["click", "flask", "requests"]);
}

#[test]
fn test_data_is_no_problem() {
    let facts = Files::new(&[("tests/data/py2.py", "import requests\nprint 'x'\n")]).scan();
    assert_eq!(problems(&facts), [""; 0]);
    assert_eq!(undeclared(&facts.imports, &[], &[]), []);
}

#[test]
fn notebooks_count_as_examples() {
    let notebook = "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\n\"%pip install x\\n\",\n\"import pandas\\n\"]}]}";
    let facts = Files::new(&[("a.ipynb", notebook), ("bad.ipynb", "import {")]).scan();
    assert_eq!(sites(&facts), "pandas ThirdParty Always a.ipynb:3\n");
    assert_eq!(facts.imports[0].sites[0].class, FileClass::Examples);
    assert_eq!(problems(&facts), ["bad.ipynb (notebook)"]);
}
