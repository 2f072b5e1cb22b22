//! Which imports nothing declares.

use super::*;

fn declaration(requirements: &[&str]) -> Vec<Declaration> {
    let requirements = requirements
        .iter()
        .map(|text| Requirement {
            text: (*text).to_owned(),
            name: (!text.contains("://")).then(|| DistributionName::new(text)),
            source: RequirementSource::Index,
            editable: false,
            hashes: Vec::new(),
            evidence: Evidence::file("requirements.txt", "requirements"),
        })
        .collect();
    vec![Declaration {
        path: "requirements.txt".to_owned(),
        format: DeclarationFormat::Requirements,
        scope: Scope::Runtime,
        requirements,
    }]
}

#[track_caller]
fn check(source: &str, requirements: &[&str], expected: &[(&str, Option<&str>)]) {
    let facts = Files::new(&[("pkg/__init__.py", source)]).scan();
    let undeclared = undeclared(&facts.imports, &declaration(requirements), &[]);
    let found: Vec<_> = undeclared
        .iter()
        .map(|import| {
            let distribution = import.distribution.as_ref().map(DistributionName::as_str);
            (import.module.as_str(), distribution)
        })
        .collect();
    assert_eq!(found, expected, "{source}");
}

#[test]
fn other_names_of_distributions_raise_no_alarm() {
    check(
        "import PIL.Image, yaml, cv2, dateutil.tz, attr, google.cloud.storage, ruamel.yaml, MySQLdb, my_lib\n",
        &[
            "Pillow",
            "PyYAML",
            "opencv-python-headless",
            "python_dateutil",
            "attrs",
            "google-cloud-storage",
            "ruamel.yaml",
            "mysqlclient",
            "my-lib",
        ],
        &[],
    );
    check(
        "import secret_tool\n",
        &["git+https://git.example/team/secret-tool.git@v1"],
        &[],
    );
    check("import frobnicator\n", &["python-frobnicator"], &[]);
}

#[test]
fn what_is_missing_is_named_when_it_is_known() {
    check(
        "import requests.adapters, requests\nfrom google.cloud import storage, bigquery\nimport internal_thing.x, utils\n",
        &["google-cloud-storage"],
        &[
            ("google.cloud.bigquery", Some("google-cloud-bigquery")),
            ("internal_thing", None),
            ("requests", Some("requests")),
            ("utils", None),
        ],
    );
}

#[test]
fn what_need_not_be_there_is_not_missing() {
    check(
        "try:\n    import ujson\nexcept ImportError:\n    import json\nif TYPE_CHECKING:\n    import mypy_boto3\nimport urllib2\n",
        &[],
        &[],
    );
    let facts = Files::new(&[("setup.py", "import setuptools\nimport numpy\n")]).scan();
    let undeclared = undeclared(&facts.imports, &[], &[]);
    assert_eq!(undeclared.len(), 1);
    assert_eq!(
        undeclared[0].evidence[0].to_string(),
        "setup.py:2 (undeclared-import)"
    );
}

#[test]
fn sub_projects_account_for_themselves() {
    let facts = Files::new(&[("pkg/__init__.py", "import our_lib\n")]).scan();
    let sub_project = SubProject {
        path: "libs/our".to_owned(),
        name: Some("our-lib".to_owned()),
        workspace_member: false,
        evidence: Evidence::file("libs/our/pyproject.toml", "sub-project"),
    };
    assert_eq!(undeclared(&facts.imports, &[], &[sub_project]), []);
}
