//! Which environment variables are read.

use super::*;

#[test]
fn subscripts_fail_and_get_does_not() {
    check_env(
        "import os\nos.environ['A']\nos.environ.get('B')\nos.getenv('C', '')\nos.environ.pop('D')\nos.environ.pop('E', None)\n'F' in os.environ\nos.environ[name]\n",
        &[
            ("A", true),
            ("B", false),
            ("C", false),
            ("D", true),
            ("E", false),
            ("F", false),
        ],
    );
}

#[test]
fn other_names_for_the_environment_are_followed() {
    check_env(
        "import os as _os\nfrom os import environ as env, getenv\ne = _os.environ\n_os.environ['A']\nenv['B']\ngetenv('C')\ne['D']\n",
        &[("A", true), ("B", true), ("C", false), ("D", true)],
    );
    check_env("environ = {}\nimport os\nenviron['A']\n", &[]);
}

#[test]
fn writes_are_no_reads_and_handle_the_absence() {
    check_env(
        "import os\nos.environ['A'] = '1'\ndel os.environ['B']\nos.environ.setdefault('C', '')\nos.environ['C']\nif 'D' in os.environ:\n    os.environ['D']\ntry:\n    os.environ['E']\nexcept KeyError:\n    pass\nif 'F' not in os.environ:\n    raise SystemExit\nos.environ['F']\n",
        &[("C", false), ("D", false), ("E", false), ("F", true)],
    );
}

#[test]
fn settings_of_pydantic_are_variables() {
    check_env(
        "from pydantic_settings import BaseSettings, SettingsConfigDict\nfrom pydantic import Field\nclass S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='app_')\n    url: str\n    debug: bool = False\n    key: str = Field(..., alias='API_KEY')\n    port: int = Field(default=1)\n    x: ClassVar[int]\n    _y: int\nclass T(S):\n    more: str\nclass U(Other):\n    no: str\n",
        &[
            ("API_KEY", true),
            ("APP_DEBUG", false),
            ("APP_PORT", false),
            ("APP_URL", true),
            ("MORE", true),
        ],
    );
    check_env(
        "import pydantic\nclass S(pydantic.BaseSettings):\n    a: Optional[str]\n    b: str\n    class Config:\n        env_prefix = 'X_'\n",
        &[("X_A", false), ("X_B", true)],
    );
}

#[test]
fn libraries_that_read_variables_are_known() {
    check_env(
        "import environ\nenv = environ.Env(DEBUG=(bool, False))\nenv('DEBUG')\nenv('SECRET')\nenv.int('PORT', default=1)\nenv.str('NAME')\nenviron.Env.read_env('.env')\n",
        &[
            ("DEBUG", false),
            ("NAME", true),
            ("PORT", false),
            ("SECRET", true),
        ],
    );
    check_env(
        "from environs import Env\nenv = Env()\nwith env.prefixed('DB_'):\n    env.str('HOST')\nenv('A', 'b')\n",
        &[("A", false), ("DB_HOST", true)],
    );
    check_env(
        "from decouple import config\nconfig('A')\nconfig('B', default=1)\nconfig('C', 2)\n",
        &[("A", true), ("B", false), ("C", false)],
    );
    check_env(
        "from starlette.config import Config\nconfig = Config('.env')\nconfig('A', cast=bool)\nconfig('B', default='')\n",
        &[("A", true), ("B", false)],
    );
    check_env(
        "import click\n@click.option('--a', envvar='A')\ndef f(a): ...\n",
        &[("A", false)],
    );
    check_env("def config(name): ...\nimport os\nconfig('A')\n", &[]);
}

#[test]
fn evidence_has_the_line_and_the_rule() {
    let facts = Files::new(&[
        ("pkg/__init__.py", "import os\n\nos.environ['KEY']\n"),
        (".env.example", "# secret\nKEY=\nexport OTHER=1\n"),
    ])
    .scan();
    let evidence: Vec<_> = facts
        .env_vars
        .iter()
        .flat_map(|variable| &variable.evidence)
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        evidence,
        [
            ".env.example:2 (env-template)",
            "pkg/__init__.py:3 (os-environ)",
            ".env.example:3 (env-template)"
        ]
    );
}
