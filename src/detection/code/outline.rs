//! The lines of a file that matter, with the blocks around them.
//!
//! Most of a file says nothing about imports, and parsing it is most of the work. So before a file
//! is parsed, everything is blanked that holds no import and no read of the environment, lies in
//! no `try`, `if`, `with` or function around one, and is not needed to keep the rest valid. Lines
//! keep their numbers. The parser sees real Python and decides; this only picks what it sees.
//!
//! **Invariant:** in doubt, there is no outline and the whole file is parsed: when brackets,
//! quotes or indentation are not as they should be, when a line looks like Python 2, or when names
//! are bound in ways that a word alone cannot tell.

use std::iter;

use memchr::memchr_iter;

use super::statements::{Role, Statement, statements};

/// Files shorter than this are parsed as fast as they are outlined.
const WORTHWHILE: usize = 1024;

/// The outline of `source`; none where the whole has to be parsed.
pub(super) fn outline(source: &str) -> Option<String> {
    if source.len() < WORTHWHILE {
        return None;
    }
    let statements = statements(source)?;
    let kept = keep(&statements)?;
    Some(write(source, &statements, &kept))
}

/// Which statements stay: all that matter, the headers around them, and every clause of a
/// compound statement that stays. None where the indentation is not as it should be.
fn keep(statements: &[Statement]) -> Option<Vec<bool>> {
    let mut kept = vec![false; statements.len()];
    let mut open = vec![Block {
        indent: 0,
        header: None,
        chain: Vec::new(),
    }];
    let mut decorated = false;
    for (index, statement) in statements.iter().enumerate() {
        let innermost = open.last()?.indent;
        if index > 0 && statements[index - 1].opens_block {
            if statement.indent <= innermost {
                return None;
            }
            open.push(Block {
                indent: statement.indent,
                header: Some(index - 1),
                chain: Vec::new(),
            });
        } else if statement.indent > innermost {
            return None;
        }
        while open.last()?.indent > statement.indent {
            close(&open.pop()?, &mut kept[..index]);
        }
        let block = open.last_mut()?;
        if block.indent != statement.indent {
            return None;
        }
        match statement.role {
            Role::Clause if block.chain.is_empty() => return None,
            Role::Clause => block.chain.push(index),
            Role::Header => {
                close_chain(block, &mut kept);
                block.chain.push(index);
            }
            Role::Decorator | Role::Plain => close_chain(block, &mut kept),
        }
        kept[index] = statement.interesting || decorated;
        decorated = statement.role == Role::Decorator && kept[index];
    }
    if statements
        .last()
        .is_some_and(|statement| statement.opens_block)
    {
        return None;
    }
    while let Some(block) = open.pop() {
        close(&block, &mut kept);
    }
    Some(kept)
}

/// A block that is being read.
struct Block {
    indent: usize,
    /// The statement that opened it; none for the module.
    header: Option<usize>,
    /// The headers and clauses of the compound statement that is being read in it.
    chain: Vec<usize>,
}

/// Ends `block`, which reaches to the end of `kept`.
fn close(block: &Block, kept: &mut [bool]) {
    settle(&block.chain, kept);
    if let Some(header) = block.header {
        kept[header] |= kept[header + 1..].iter().any(|is_kept| *is_kept);
    }
}

fn close_chain(block: &mut Block, kept: &mut [bool]) {
    settle(&block.chain, kept);
    block.chain.clear();
}

/// Keeps a whole compound statement when any part of it stays.
fn settle(chain: &[usize], kept: &mut [bool]) {
    if chain.iter().any(|index| kept[*index]) {
        for index in chain {
            kept[*index] = true;
        }
    }
}

/// The statements that stay, each on the line it came from, with `pass` in blocks left empty.
fn write(source: &str, statements: &[Statement], kept: &[bool]) -> String {
    let mut outline = String::with_capacity(source.len() / 4);
    let mut written = 0;
    let mut staying = statements
        .iter()
        .zip(kept)
        .filter(|(_, is_kept)| **is_kept)
        .map(|(statement, _)| statement)
        .peekable();
    while let Some(statement) = staying.next() {
        let left_out = &source.as_bytes()[written..statement.start];
        outline.extend(iter::repeat_n('\n', memchr_iter(b'\n', left_out).count()));
        outline.extend(iter::repeat_n(' ', statement.indent));
        outline.push_str(&source[statement.start..statement.end]);
        written = statement.end;
        if statement.opens_block
            && staying
                .peek()
                .is_none_or(|next| next.indent <= statement.indent)
        {
            outline.push_str(" pass");
        }
    }
    outline.push('\n');
    outline
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use dhtl_project_model::Condition;
    use proptest::prelude::*;
    use ruff_python_ast::PySourceType;
    use ruff_python_parser::parse_unchecked_source;

    use super::super::facts::FileFacts;
    use super::super::lines::Lines;
    use super::super::module_reader::read_module;
    use super::super::reachability::Reading;
    use super::*;

    fn read(text: &str) -> FileFacts {
        let parsed = parse_unchecked_source(text, PySourceType::Python);
        assert!(
            parsed.errors().is_empty(),
            "{:?} in\n{text}",
            parsed.errors()
        );
        let lines = Lines::new(text, None);
        read_module(
            parsed.suite(),
            "pkg/a.py",
            &lines,
            Condition::Always,
            Reading::Outline,
        )
    }

    /// The outline of `source`, made long enough to be worth one.
    fn outline_of(source: &str) -> Option<String> {
        outline(&format!("{source}\n#{}\n", "-".repeat(WORTHWHILE)))
    }

    #[track_caller]
    fn check_same(source: &str) {
        let outline = outline_of(source).expect("an outline");
        let (of_outline, of_source) = (read(&outline), read(source));
        assert_eq!(of_outline.imports, of_source.imports, "{outline}");
        assert_eq!(of_outline.env_reads, of_source.env_reads, "{outline}");
    }

    #[test]
    fn only_what_matters_is_left() {
        let source = "\
\"\"\"A module that says import a lot.\"\"\"
import os  # always
x = [
    1,
]
def f(a, b='import'):
    if a:
        z = 3
    else:
        import b
    return y
class C:
    def g(self):
        return 4
try:
    import c
except ImportError:  # fine
    c = None
";
        let expected = "
import os



def f(a, b='import'):
    if a: pass

    else:
        import b




try:
    import c
except ImportError: pass
";
        assert_eq!(outline_of(source).as_deref(), Some(expected));
        check_same(source);
    }

    #[test]
    fn what_the_parser_would_miss_stays() {
        check_same("try: import a\nexcept ImportError: pass\nelse: x = 1\n");
        check_same("import os\n@f(os.environ['A'])\n@g\ndef h():\n    return 1\nx = 1\n");
        check_same("match x:\n    case 1:\n        import a\n    case _:\n        y = 2\n");
        check_same("if x:\n  pass\nelif y:\n  pass\nelse:\n  import a\nfor i in z:\n  pass\n");
        check_same("def f():\n\tif x:\n\t\timport a; y = 1\n\treturn\n");
        check_same("from a import (  # why\n    b,\n    c,\n)\nx = \\\n  1\n");
        check_same("import os\nx = f\"{os.environ['A']}\"\ny = '''\nimport z\n'''\n");
        check_same("import a\nraise E('a', # ,\n b)\nraise E[1, ','] from {1, 2}\n");
        check_same("import a\r\nif x:\r\n    import b\r\nelse:\r\n    y = '''\r\n'''\r\n");
    }

    #[test]
    fn in_doubt_there_is_none() {
        for source in [
            "import a\nprint x\n",
            "import a\nprint 'x'\n",
            "try:\n    import a\nexcept E, e:\n    pass\n",
            "import a\nraise E, 'text'\n",
            "import a\nraise (E, F), # (\n",
            "import a\nx = (1\n",
            "import a\nx = 1)\n",
            "import a\nx = 'open\n",
            "import a\n  y = 1\n",
            "if x:\nimport a\n",
            "if x:\n    import a\n  y = 1\n",
            "else:\n    import a\n",
            "import a\nif x:\n",
            "import a\n'''\n",
            "import os\nenv = os.environ\n",
            "from os import environ as e\ne['A']\n",
            "import sys\nHERE = 'a'\nsys.path.insert(0, HERE)\n",
            "from environ import Env\ne = Env()\ne('A')\n",
            "import a\rimport b\n",
            "import os\nmatch os.environ['A']:\n    case _:\n        x = 1\n",
        ] {
            assert_eq!(outline_of(source), None, "{source}");
        }
        assert!(outline("import a").is_none(), "too short to gain");
    }

    /// A valid program: compound statements whose suites hold imports or nothing that matters.
    fn program(blocks: &[(usize, usize, usize)]) -> String {
        const SHAPES: [&[&str]; 8] = [
            &["if x:", "elif TYPE_CHECKING:", "else:"],
            &["try:", "except ImportError:"],
            &["try:", "except ValueError:", "else:", "finally:"],
            &["def f(a, *, b=(1, 2)):"],
            &["with suppress(ImportError):"],
            &["for i in y:", "else:"],
            &["@d(1)\n%class C(B):"],
            &["async def g():"],
        ];
        const SUITES: [&str; 4] = [
            "import m",
            "x = {\n'import': 1}",
            "x = os.environ['V']",
            "y = 1",
        ];
        let mut text = String::from("import os\n");
        let mut indent = String::new();
        for (shape, suite, nest) in blocks {
            for (clause, header) in SHAPES[*shape].iter().enumerate() {
                let header = header.replace('%', &indent);
                let suite = SUITES[(suite + clause) % SUITES.len()];
                writeln!(text, "{indent}{header}\n{indent}    {suite}").unwrap();
            }
            match nest {
                0 => indent.push_str("    "),
                1 => indent.clear(),
                _ => {}
            }
        }
        text
    }

    proptest! {
        #[test]
        fn any_text_is_outlined_without_a_panic(
            text in r#"([a-z(){}\[\]:'"\#\\ \t\r\n,]|import|if|else){0,60}"#
        ) {
            let _ = outline_of(&text);
        }

        #[test]
        fn an_outline_says_what_the_whole_says(
            blocks in prop::collection::vec((0_usize..8, 0_usize..4, 0_usize..3), 1..12)
        ) {
            check_same(&program(&blocks));
        }
    }
}
