//! The words of shell scripts, as far as it takes to see what they install.
//!
//! Source: "Shell Command Language" of POSIX. Nothing is expanded: a word that holds a variable or
//! the output of a command keeps its `$`.

/// A word of a command, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What it says.
    pub(super) text: String,
    /// The line it begins on.
    pub(super) line: u32,
}

/// The simple commands of `script`, whose first line has the number `first_line`.
pub(super) fn commands(script: &str, first_line: u32) -> Vec<Vec<Word>> {
    let mut scanner = Scanner {
        rest: script.chars().peekable(),
        line: first_line,
        word: None,
        command: Vec::new(),
        commands: Vec::new(),
        target_follows: false,
    };
    while let Some(character) = scanner.next() {
        scanner.take(character);
    }
    scanner.end_command();
    scanner.commands
}

struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    word: Option<Word>,
    command: Vec<Word>,
    commands: Vec<Vec<Word>>,
    /// Whether the next word is the file that is read from or written to.
    target_follows: bool,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(character)
    }

    fn take(&mut self, character: char) {
        match character {
            '\n' | ';' | '&' | '|' | '(' | ')' | '`' => self.end_command(),
            '\\' => self.escaped(),
            '#' if self.word.is_none() => {
                while self.rest.next_if(|next| *next != '\n').is_some() {}
            }
            '\'' => self.quoted('\''),
            '"' => self.quoted('"'),
            '<' | '>' => self.redirection(),
            '$' => self.expansion(),
            white if white.is_whitespace() => self.end_word(),
            other => self.push(other),
        }
    }

    fn push(&mut self, character: char) {
        self.open().push(character);
    }

    fn open(&mut self) -> &mut String {
        let line = self.line;
        let word = self.word.get_or_insert_with(|| Word {
            text: String::new(),
            line,
        });
        &mut word.text
    }

    fn escaped(&mut self) {
        // The line of a file of Windows ends with two characters.
        let next = match self.next() {
            Some('\r') => self.next(),
            next => next,
        };
        if let Some(next) = next.filter(|next| *next != '\n') {
            self.push(next);
        }
    }

    fn quoted(&mut self, quote: char) {
        self.open();
        while let Some(character) = self.next() {
            if character == quote {
                return;
            }
            self.push(character);
            // What is escaped stays so: the text may be a script, and is read as one then.
            if character == '\\'
                && quote == '"'
                && let Some(next) = self.next()
            {
                self.push(next);
            }
        }
    }

    fn redirection(&mut self) {
        let is_descriptor = |word: &Word| word.text.chars().all(|digit| digit.is_ascii_digit());
        if self.word.as_ref().is_some_and(is_descriptor) {
            self.word = None;
        }
        self.end_word();
        while self.rest.next_if(|next| "<>&-|".contains(*next)).is_some() {}
        self.target_follows = true;
    }

    /// `${…}` and `$(…)` are part of their word, with whatever is inside.
    fn expansion(&mut self) {
        self.push('$');
        let Some(open) = self.rest.next_if(|next| matches!(next, '{' | '(')) else {
            return;
        };
        let close = if open == '{' { '}' } else { ')' };
        let mut depth = 1;
        while depth > 0
            && let Some(character) = self.next()
        {
            if character == open {
                depth += 1;
            } else if character == close {
                depth -= 1;
            }
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        if !std::mem::take(&mut self.target_follows) {
            self.command.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.target_follows = false;
        if !self.command.is_empty() {
            self.commands.push(std::mem::take(&mut self.command));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let shown: Vec<String> = commands(script, 1)
            .iter()
            .map(|command| {
                let words = command
                    .iter()
                    .map(|word| format!("{}:{}", word.line, word.text));
                words.collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn commands_end_at_operators_and_at_lines() {
        check(
            "a b && c || d; e | f\ng",
            &["1:a 1:b", "1:c", "1:d", "1:e", "1:f", "2:g"],
        );
        check(
            "if x; then\n(y z)\nfi",
            &["1:if 1:x", "1:then", "2:y 2:z", "3:fi"],
        );
    }

    #[test]
    fn a_continued_line_goes_on() {
        check("a \\\n  b\\\r\n c # d\ne", &["1:a 2:b 3:c", "4:e"]);
    }

    #[test]
    fn quotes_and_expansions_are_one_word() {
        check("a 'b c' \"d;e\"f g#h", &["1:a 1:b c 1:d;ef 1:g#h"]);
        check(
            "a x-$(uname -r) ${{ b.c }} $d e",
            &["1:a 1:x-$ 1:$ 1:$d 1:e"],
        );
    }

    #[test]
    fn redirections_are_left_out() {
        check("a >/dev/null 2>&1 b <<EOF\nc", &["1:a 1:b", "2:c"]);
    }

    proptest! {
        #[test]
        fn odd_scripts_do_not_panic(script in "[a$(){}<>'\"\\\\#&|;` \r\né]{0,40}") {
            commands(&script, u32::MAX);
        }
    }
}
