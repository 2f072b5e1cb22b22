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
fn defaults_stand_where_each_library_wants_them() {
    check_env(
        "import environ\nenv = environ.Env()\nenv('A', str)\nenv('B', str, 'b')\nenv.str('C', 'c')\nenv.list('D', int)\nenv.db()\nenv.cache(default='x')\ntry:\n    env('E')\nexcept environ.ImproperlyConfigured:\n    pass\n",
        &[
            ("A", true),
            ("B", false),
            ("C", false),
            ("CACHE_URL", false),
            ("D", true),
            ("DATABASE_URL", true),
            ("E", false),
        ],
    );
    check_env(
        "import decouple\ndecouple.config('A')\ntry:\n    decouple.config('B')\nexcept decouple.UndefinedValueError:\n    pass\n",
        &[("A", true), ("B", false)],
    );
}

#[test]
fn settings_of_dynaconf_are_variables() {
    check_env(
        "from dynaconf import Dynaconf, Validator\nsettings = Dynaconf(envvar_prefix='app', envvar='APP_FILE', validators=[Validator('TOKEN', 'db.host', must_exist=True), Validator('B', must_exist=True, default=1)])\nsettings.PORT\nsettings['name']\nsettings.get('debug', False)\nsettings.reload()\nsettings.X = 1\n",
        &[
            ("APP_B", false),
            ("APP_DB__HOST", true),
            ("APP_DEBUG", false),
            ("APP_FILE", false),
            ("APP_NAME", false),
            ("APP_PORT", false),
            ("APP_TOKEN", true),
        ],
    );
    check_env(
        "from dynaconf import Dynaconf, Validator\nsettings = Dynaconf(envvar_prefix=False, settings_files=['settings.toml'], validators=[Validator('A', must_exist=True)])\nsettings.validators.register(Validator('B', must_exist=True))\n",
        &[("A", false), ("B", false)],
    );
    check_env(
        "from dynaconf import settings\nsettings.KEY\n",
        &[("DYNACONF_KEY", false)],
    );
    check_env(
        "import os\nfrom app import settings\nsettings.KEY\nos.environ['A']\n",
        &[("A", true)],
    );
}

#[test]
fn other_files_name_variables_as_well() {
    let facts = Files::new(&[
        ("web/src/app.ts", "const key = process.env.KEY!\n"),
        ("web/src/app.test.ts", "process.env.TEST_KEY!\n"),
        (".yarn/releases/yarn-3.cjs", "process.env.YARN_KEY!\n"),
        (
            "compose.yaml",
            "services:\n  db:\n    image: db:${DB_TAG:?which}\n",
        ),
        ("examples/compose.yaml", "a: ${EXAMPLE:?which}\n"),
        (".env.sample", "# PORT=80\nTEXT='one\nTWO=2\n'\nHOST=\n"),
    ])
    .scan();
    let found: Vec<_> = facts
        .env_vars
        .iter()
        .map(|variable| {
            let mark = if variable.required { "!" } else { "" };
            format!("{}{mark} {}", variable.name, variable.evidence[0])
        })
        .collect();
    assert_eq!(
        found,
        [
            "DB_TAG! compose.yaml:3 (compose-interpolation)",
            "EXAMPLE examples/compose.yaml:1 (compose-interpolation)",
            "HOST .env.sample:5 (env-template)",
            "KEY! web/src/app.ts:1 (process-env)",
            "TEXT .env.sample:2 (env-template)",
        ]
    );
    assert_eq!(facts.problems, []);
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
