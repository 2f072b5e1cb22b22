//! From a template and values to files.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

use super::file_path;
use super::{Template, TemplateError};

/// What a file that is to be rendered ends in.
const RENDERED: &str = ".j2";

/// How many steps a file may take: a thousand times what ours take, and a fraction of a second.
const FUEL: u64 = 500_000;

/// How long a rendered file may be.
const LONGEST: usize = 4 << 20;

/// What the files of a template can refer to, by name.
pub(crate) type Values = BTreeMap<String, Value>;

/// A file that a template makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path below the new folder, with `/` between its parts; a plain one.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Renders the files of one template.
pub(crate) struct Renderer<'a> {
    template: &'a Template,
    environment: Environment<'a>,
    values: Value,
}

impl<'a> Renderer<'a> {
    /// Renders `template` with `values`, which win over those that it brings itself.
    pub(crate) fn new(template: &'a Template, values: Values) -> Self {
        let mut merged = template.manifest.values.clone();
        merged.extend(values);
        Self {
            template,
            environment: environment(),
            values: merged.into(),
        }
    }

    /// All files for which the template's conditions hold, by path.
    pub(crate) fn files(&self) -> Result<Vec<NewFile>, TemplateError> {
        let mut files: BTreeMap<String, NewFile> = BTreeMap::new();
        let mut seen: BTreeMap<String, bool> = BTreeMap::new();
        for source in self.template.files.keys() {
            let Some(file) = self.file(source)? else {
                continue;
            };
            let folded = file.path.to_lowercase();
            let parents = folded.match_indices('/').map(|(end, _)| &folded[..end]);
            let in_the_way = seen.contains_key(&folded)
                || parents
                    .clone()
                    .any(|parent| seen.get(parent) == Some(&true));
            if in_the_way {
                return Err(TemplateError::Collision {
                    template: self.template.name.clone(),
                    path: file.path,
                });
            }
            for parent in parents {
                seen.insert(parent.to_owned(), false);
            }
            seen.insert(folded.clone(), true);
            files.insert(file.path.clone(), file);
        }
        Ok(files.into_values().collect())
    }

    /// The texts in the list `name` of the values; none where there is no such list.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.values.get_attr(name).unwrap_or_default();
        let texts = list.try_iter().into_iter().flatten();
        texts
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect()
    }

    /// The file that `source` of the template becomes; none where its condition does not hold.
    pub(crate) fn file(&self, source: &str) -> Result<Option<NewFile>, TemplateError> {
        let Some(bytes) = self.template.files.get(source) else {
            return Ok(None);
        };
        let (plain, is_rendered) = match source.strip_suffix(RENDERED) {
            Some(plain) => (plain, true),
            None => (source, false),
        };
        if !self.is_wanted(plain)? {
            return Ok(None);
        }
        let path = self.render(plain, plain)?;
        let path = file_path::checked(&self.template.name, &path)?;
        let bytes = if is_rendered {
            let text = std::str::from_utf8(bytes)
                .map_err(|_| self.failed(source, 1, "it is not UTF-8".to_owned()))?;
            // A mark at the beginning would end up in the middle of nothing, and in every diff.
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            self.render(source, text)?.into_bytes()
        } else {
            bytes.clone()
        };
        Ok(Some(NewFile { path, bytes }))
    }

    fn is_wanted(&self, path: &str) -> Result<bool, TemplateError> {
        let Some(expression) = self.template.manifest.when.get(path) else {
            return Ok(true);
        };
        let holds = self
            .environment
            .compile_expression(expression)
            .and_then(|expression| expression.eval(self.values.clone()))
            .map_err(|error| self.error(&format!("template.toml: when.{path}"), &error))?;
        Ok(holds.is_true())
    }

    fn render(&self, path: &str, text: &str) -> Result<String, TemplateError> {
        let mut limited = Limited(Vec::new());
        self.environment
            .template_from_named_str(path, text)
            .and_then(|template| {
                template
                    .render_captured_to(self.values.clone(), &mut limited)
                    .map(|_| ())
            })
            .map_err(|error| self.error(path, &error))?;
        String::from_utf8(limited.0)
            .map_err(|_| self.failed(path, 1, "the result is not UTF-8".to_owned()))
    }

    fn error(&self, path: &str, error: &Error) -> TemplateError {
        let causes =
            std::iter::successors(std::error::Error::source(error), |cause| cause.source());
        let what = error.detail().map_or_else(
            || error.kind().to_string(),
            |detail| format!("{}: {detail}", error.kind()),
        );
        let problem = causes.fold(what, |text, cause| format!("{text}: {cause}"));
        self.failed(path, error.line().unwrap_or(1), problem)
    }

    fn failed(&self, path: &str, line: usize, problem: String) -> TemplateError {
        TemplateError::Rendering {
            template: self.template.name.clone(),
            path: path.to_owned(),
            line,
            problem,
        }
    }
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment.add_filter("quoted", quoted);
    environment
}

/// A text in double quotes, or a list of such, as TOML, YAML, JSON and Python read it alike.
fn quoted(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.as_str() {
        return Ok(quote(text));
    }
    if value.kind() == minijinja::value::ValueKind::Seq {
        let parts = value.try_iter()?.map(|value| quoted(&value));
        return Ok(format!(
            "[{}]",
            parts.collect::<Result<Vec<_>, _>>()?.join(", ")
        ));
    }
    Ok(value.to_string())
}

/// The escapes are those that all four languages have.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // YAML breaks lines at some characters that are no control characters elsewhere.
            odd if odd.is_control() || matches!(odd, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ =
                    fmt::Write::write_fmt(&mut quoted, format_args!("\\u{:04x}", u32::from(odd)));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

/// Takes as many bytes as an honest file has.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("the result is longer than 4 MiB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template(files: &[(&str, &str)]) -> Template {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Template::from_files("t", files.collect()).unwrap()
    }

    fn render(files: &[(&str, &str)]) -> Result<Vec<(String, String)>, TemplateError> {
        let values = Values::from([
            ("name".to_owned(), "ada".into()),
            ("up".to_owned(), "../..".into()),
        ]);
        let template = template(files);
        let files = Renderer::new(&template, values).files()?;
        let text = |file: NewFile| (file.path, String::from_utf8(file.bytes).unwrap());
        Ok(files.into_iter().map(text).collect())
    }

    #[track_caller]
    fn refused(files: &[(&str, &str)]) -> String {
        render(files).unwrap_err().to_string()
    }

    #[test]
    fn paths_and_texts_are_rendered_and_the_rest_is_copied() {
        let made = render(&[
            (
                "{{name}}/a.txt.j2",
                "Hello {{ name }}\n{% if true %}\nx\n{% endif %}\n",
            ),
            ("b.txt", "{{ name }}"),
            ("c.txt.j2", "never"),
            ("template.toml", "[when]\n'c.txt' = \"name == 'eve'\"\n"),
        ])
        .unwrap();
        let expected = [("ada/a.txt", "Hello ada\nx\n"), ("b.txt", "{{ name }}")];
        assert_eq!(
            made,
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn a_rendered_path_cannot_leave_the_folder() {
        insta::assert_snapshot!(refused(&[("{{up}}/x", "")]), @"the template `t` would write `../../x`: `..` leads out of the new folder");
        insta::assert_snapshot!(refused(&[("{{ '.git' }}/hooks/post-commit", "")]), @"the template `t` would write `.git/hooks/post-commit`, where version control keeps its settings");
        insta::assert_snapshot!(refused(&[("a", ""), ("{{ 'a' }}/b", "")]), @"the template `t` has two files for `a/b`");
        insta::assert_snapshot!(refused(&[("A", ""), ("{{ 'a' }}", "")]), @"the template `t` has two files for `a`");
    }

    #[test]
    fn what_never_ends_or_never_fits_is_stopped() {
        let nested = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        insta::assert_snapshot!(refused(&[("a.j2", nested)]), @"`a.j2:1` of `t` cannot be rendered: engine ran out of fuel");
        insta::assert_snapshot!(refused(&[("a.j2", "{{ 'x' * 50000000 }}")]), @"`a.j2:1` of `t` cannot be rendered: failed to write output: I/O error during rendering: the result is longer than 4 MiB");
        insta::assert_snapshot!(refused(&[("a.j2", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]), @"`a.j2:1` of `t` cannot be rendered: invalid operation: recursion limit exceeded");
    }

    #[test]
    fn a_mistake_is_found_where_it_is() {
        insta::assert_snapshot!(refused(&[("a.j2", "ok\n{{ nmae }}\n")]), @"`a.j2:2` of `t` cannot be rendered: undefined value: `nmae` is undefined");
        insta::assert_snapshot!(refused(&[("a.j2", "{% if %}")]), @"`a.j2:1` of `t` cannot be rendered: syntax error: unexpected end of block");
        insta::assert_snapshot!(refused(&[("a.j2", "{% include '/etc/passwd' %}")]), @"`a.j2:1` of `t` cannot be rendered: template not found: tried to include non-existing template '/etc/passwd'");
    }

    proptest! {
        #[test]
        fn a_quoted_text_is_read_back_by_toml_yaml_and_json(text in any::<String>()) {
            let quoted = quote(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), &text[..]);
            let toml = toml_edit::Document::parse(format!("a = {quoted}")).unwrap();
            prop_assert_eq!(toml["a"].as_str().unwrap(), &text[..]);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[{}%#'a -]{0,40}") {
            let _ = render(&[("a.j2", &text), (&format!("b{}", text.replace('/', "")), "")]);
        }
    }
}
