//! What is found of projects of Ruby.

use super::super::shown::shown;
use crate::test_surveys::surveyed;

#[test]
fn rails_with_pages_and_a_worker() {
    let files = [
        (
            "Gemfile",
            "source 'https://gems.example'\nruby '3.3.1' # as on the servers\ngem 'rails', '~> 7.1'\n\
             # gem 'sinatra'\ngem \"sidekiq\"\n",
        ),
        (
            "Gemfile.lock",
            "GEM\n\nRUBY VERSION\n   ruby 3.3.1p55\n\nBUNDLED WITH\n   2.5.9\n",
        ),
        ("config/application.rb", "module Shop\nend\n"),
        ("db/schema.rb", ""),
        ("app/assets/x.css", ""),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Ruby Web  ["rails"]
      Ruby 3.3.1 Gemfile:2 (gemfile-ruby)
      with bundler 2.5.9 Gemfile.lock (lock-file)
      install: bundle install
      build: bundle exec rails assets:precompile
      migrate: bundle exec rails db:migrate
      start: bundle exec rails server -b 0.0.0.0
      dev: bundle exec rails server
      test: bundle exec rails test
      process worker: bundle exec sidekiq
      port 3000 Gemfile:3 (gemfile-gem)
    "#);
}

#[test]
fn an_api_says_so_and_a_version_may_stand_in_a_file() {
    let files = [
        ("Gemfile", "ruby file: '.ruby-version'\ngem 'rails'\n"),
        (".ruby-version", "ruby-3.2.2\n"),
        ("config/application.rb", "config.api_only = true\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Ruby Api  ["rails"]
      Ruby 3.2.2 .ruby-version:1 (ruby-version-file)
      with bundler  Gemfile (ruby-manifest)
      install: bundle install
      start: bundle exec rails server -b 0.0.0.0
      dev: bundle exec rails server
      test: bundle exec rails test
      port 3000 Gemfile:2 (gemfile-gem)
    "#);
}

#[test]
fn sinatra_is_started_by_rackup_and_pages_are_built_by_jekyll() {
    let files = [("Gemfile", "gem 'sinatra'\n"), ("config.ru", "run App\n")];
    insta::assert_snapshot!(shown(&files), @r#"
    . Ruby Api  ["sinatra"]
      Ruby 3.4 . (runtime-default)
      with bundler  Gemfile (ruby-manifest)
      install: bundle install
      start: bundle exec rackup -o 0.0.0.0 -p ${PORT:-9292}
      port 9292 config.ru (rackup-file)
    "#);
    insta::assert_snapshot!(shown(&[("Gemfile", "gem 'jekyll'\n"), ("_config.yml", "")]), @r#"
    . Ruby Static  ["jekyll"]
      Ruby 3.4 . (runtime-default)
      with bundler  Gemfile (ruby-manifest)
      install: bundle install
      build: bundle exec jekyll build
      output _site Gemfile:1 (gemfile-gem)
    "#);
    insta::assert_snapshot!(shown(&[("Gemfile", "ruby '~> 3.1', '< 3.3'\n"), ("app.rb", "")]), @"
    . Ruby App  []
      Ruby 3.2 Gemfile:1 (gemfile-ruby)
      with bundler  Gemfile (ruby-manifest)
      install: bundle install
      start: bundle exec ruby app.rb
    ");
}

#[test]
fn gems_are_libraries_or_commands_and_tools_are_nothing() {
    let gem = [
        ("Gemfile", "gemspec\n"),
        ("x.gemspec", ""),
        ("bin/console", ""),
    ];
    insta::assert_snapshot!(shown(&gem), @"
    . Ruby Library x []
      Ruby 3.4 . (runtime-default)
      with bundler  Gemfile (ruby-manifest)
      install: bundle install
    ");
    let first = shown(&[("x.gemspec", ""), ("exe/x", "")]);
    assert!(first.starts_with(". Ruby Cli x []"), "{first}");
    assert_eq!(shown(&[("Gemfile", "gem 'fastlane'\n")]), "");
    assert_eq!(shown(&[("docs/Gemfile", "gem 'jekyll'\n")]), "");
}

#[test]
fn a_rack_application_is_served_by_what_is_installed() {
    let start = |files: &[(&str, &str)]| {
        let shown = shown(files);
        let line = shown
            .lines()
            .find_map(|line| line.strip_prefix("  start: "));
        line.unwrap_or_default().to_owned()
    };
    let gemfile = ("Gemfile", "gem 'sinatra'\ngem 'puma'\n");
    let rackup = ("config.ru", "");
    let by_rackup = "bundle exec rackup -o 0.0.0.0 -p ${PORT:-9292}";
    assert_eq!(start(&[gemfile, rackup]), by_rackup);
    assert_eq!(
        start(&[gemfile, rackup, ("config/puma.rb", "")]),
        "bundle exec puma -C config/puma.rb"
    );
    for (lock, expected) in [
        ("GEM\n    rack (2.2.8)\n", by_rackup),
        ("GEM\n    rack (3.1.8)\n    rackup (2.1.0)\n", by_rackup),
        (
            "GEM\n    rack (3.1.8)\n",
            "bundle exec puma -b tcp://0.0.0.0:${PORT:-9292}",
        ),
    ] {
        assert_eq!(start(&[gemfile, rackup, ("Gemfile.lock", lock)]), expected);
    }
    assert_eq!(start(&[gemfile, ("web.rb", "")]), "bundle exec ruby web.rb");
    assert_eq!(start(&[gemfile, ("web.rb", ""), ("x.rb", "")]), "");
}

#[test]
fn a_start_that_migrates_is_not_told_to_do_so_again() {
    let start = |procfile: &str| {
        let files = [
            ("Gemfile", "gem 'rails'\n"),
            ("config/application.rb", ""),
            ("db/schema.rb", ""),
            ("Procfile", procfile),
        ];
        surveyed(&files)
            .survey
            .deploy
            .unwrap()
            .start_command
            .unwrap()
    };
    assert_eq!(
        start("web: rake db:migrate && bin/rails server\n"),
        "rake db:migrate && bin/rails server"
    );
    assert_eq!(
        start("web: bin/rails server\n"),
        "bundle exec rails db:migrate && bin/rails server"
    );
}
