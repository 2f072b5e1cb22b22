//! Tables of files and what they come to.

mod asgi;
mod installs;
mod kinds;
mod needs;
mod purposes;
mod wsgi;

use proptest::prelude::*;

use super::syntax;
use super::values::Port;

#[test]
fn ports_are_told_from_expressions() {
    let text = "\
PORT = 7000
def serve(app, args):
    app.run(port=PORT)
    app.run(port=int(os.environ.get('PORT', 5000)))
    app.run(port=os.environ['PORT'])
    app.run(port=args.port)
    app.run('0.0.0.0', 8080)
    app.run(port=int(os.getenv('PORT') or '9000'))
    app.run(port=0)
    app.run(port=99999)
";
    let module = syntax::read("a.py", text).unwrap();
    let ports: Vec<_> = module
        .calls
        .iter()
        .filter(|call| call.callee == "app.run")
        .map(|call| call.port)
        .collect();
    let port = |number, can_change| Some(Port { number, can_change });
    assert_eq!(
        ports,
        [
            port(Some(7000), false),
            port(Some(5000), true),
            port(None, true),
            None,
            port(Some(8080), false),
            port(Some(9000), true),
            None,
            None,
        ]
    );
}

#[test]
fn what_only_the_main_block_assigns_is_no_object() {
    let text = "from flask import Flask\nif __name__ == '__main__':\n    app = Flask(__name__)\n";
    let module = syntax::read("a.py", text).unwrap();
    assert_eq!(module.main_line, Some(2));
    assert!(module.objects.iter().all(|object| object.name != "app"));
}

#[test]
fn a_tree_that_would_be_too_deep_is_not_built() {
    let text = format!("x = {}1{}", "(".repeat(30_000), ")".repeat(30_000));
    assert_eq!(syntax::read("a.py", &text), None);
}

proptest! {
    #[test]
    fn odd_text_never_panics(text in "(def f\\(|app = |Flask\\(|x\\.|if |class |\\[|\\)|: |\n |\n|'|0|port=|é){0,40}") {
        let lines = u32::try_from(text.lines().count()).unwrap().max(1);
        if let Some(module) = syntax::read("a.py", &text) {
            for object in module.objects {
                prop_assert!(object.line >= 1 && object.line <= lines);
            }
        }
    }
}
