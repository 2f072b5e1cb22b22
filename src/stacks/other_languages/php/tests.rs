//! What is found of projects of PHP.

use super::super::shown::shown;

#[test]
fn laravel() {
    let manifest = "{\n\"name\": \"x/shop\", \"type\": \"project\",\n\"require\": {\n\"php\": \"^8.1\",\n\
        \"laravel/framework\": \"^11\", \"laravel/horizon\": \"^5\"},\n\"scripts\": {\"test\": \"pest\"},\n\
        \"config\": {\"platform\": {\"php\": \"8.2.10\"}}}";
    let files = [
        ("composer.json", manifest),
        ("composer.lock", "{}"),
        ("artisan", ""),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Php Web x/shop ["laravel"]
      Php 8.2 composer.json:7 (composer-platform-php)
      with composer  composer.lock (lock-file)
      install: composer install --no-dev --optimize-autoloader
      migrate: php artisan migrate --force
      start: php artisan serve --host=0.0.0.0 --port=${PORT:-8000}
      dev: php artisan serve
      test: composer test
      process worker: php artisan horizon
      port 8000 composer.json:5 (composer-require)
    "#);
}

#[test]
fn symfony_slim_and_plain_files() {
    let symfony = [
        (
            "composer.json",
            "{\"require\": {\"php\": \">=8.2\", \"symfony/framework-bundle\": \"7\"}}",
        ),
        ("public/index.php", ""),
        ("config/packages/doctrine_migrations.yaml", ""),
    ];
    insta::assert_snapshot!(shown(&symfony), @r#"
    . Php Web  ["symfony"]
      Php 8.4 composer.json:1 (composer-require-php)
      with composer  composer.json (composer-json)
      install: composer install --no-dev --optimize-autoloader
      migrate: php bin/console doctrine:migrations:migrate --no-interaction
      start: php -S 0.0.0.0:${PORT:-8000} -t public
      port 8000 composer.json:1 (composer-require)
    "#);
    let slim = [
        ("composer.json", "{\"require\": {\"slim/slim\": \"4\"}}"),
        ("index.php", ""),
    ];
    insta::assert_snapshot!(shown(&slim), @r#"
    . Php Api  ["slim"]
      Php 8.4 . (runtime-default)
      with composer  composer.json (composer-json)
      install: composer install --no-dev --optimize-autoloader
      start: php -S 0.0.0.0:${PORT:-8080} -t .
      port 8080 composer.json:1 (composer-require)
    "#);
    insta::assert_snapshot!(shown(&[("wp-config-sample.php", ""), ("index.php", "")]), @r#"
    . Php Web  ["wordpress"]
      Php 8.4 . (runtime-default)
      start: php -S 0.0.0.0:${PORT:-8080} -t .
      port 8080 index.php (php-index)
    "#);
    assert_eq!(shown(&[("a/b/index.php", "")]), "");
}

#[test]
fn the_folder_that_is_served() {
    let start = |manifest: &str, page: &str| {
        let shown = shown(&[("composer.json", manifest), (page, "")]);
        let line = shown
            .lines()
            .find_map(|line| line.strip_prefix("  start: "));
        line.unwrap_or_default().to_owned()
    };
    let drupal = "{\"type\": \"project\", \"require\": {\"drupal/core-recommended\": \"^11\"}, \
        \"extra\": {\"drupal-scaffold\": {\"locations\": {\"web-root\": \"web/\"}}}}";
    assert_eq!(start(drupal, "x"), "php -S 0.0.0.0:${PORT:-8080} -t web");
    let core = "{\"type\": \"x-core\"}";
    assert_eq!(
        start(core, "pub/index.php"),
        "php -S 0.0.0.0:${PORT:-8080} -t pub"
    );
    assert_eq!(start("{\"type\": \"x-plugin\"}", "index.php"), "");
}

#[test]
fn symfony_compiles_its_assets() {
    let files = [
        (
            "composer.json",
            "{\"require\": {\"symfony/framework-bundle\": \"7\"}, \"scripts\": {\"dev\": \"x\"}}",
        ),
        ("public/index.php", ""),
        ("importmap.php", ""),
    ];
    let shown = shown(&files);
    assert!(
        shown.contains("  build: php bin/console asset-map:compile\n"),
        "{shown}"
    );
    assert!(shown.contains("  dev: composer run dev\n"), "{shown}");
}

#[test]
fn libraries_and_commands() {
    let kind = |manifest: &str| {
        let shown = shown(&[("composer.json", manifest)]);
        shown.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(kind("{\"type\": \"library\"}"), ". Php Library  []");
    assert_eq!(
        kind("{\"type\": \"library\", \"bin\": [\"x\"]}"),
        ". Php Cli  []"
    );
    assert_eq!(kind("{\"autoload\": {}}"), ". Php Library  []");
    assert_eq!(kind("{\"require-dev\": {\"x/y\": \"1\"}}"), "");
    assert!(kind("{").starts_with("problem composer.json:1"));
}
