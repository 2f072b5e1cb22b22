//! What is found of projects of Java and Kotlin.

use super::super::shown::shown;

#[test]
fn a_service_of_spring_is_run_as_an_archive() {
    let files = [
        (
            "pom.xml",
            "<?xml version=\"1.0\"?>\n<project xmlns=\"http://maven.example/POM/4.0.0\">\n\
             <artifactId>shop</artifactId><version>${revision}</version>\n<!-- x -->\n\
             <properties><revision>1.2</revision><java.version>17</java.version></properties>\n\
             <dependencies><dependency>\n<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies>\n\
             <build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>\n</project>\n",
        ),
        ("mvnw", ""),
        (
            ".mvn/wrapper/maven-wrapper.properties",
            "distributionUrl=https://repo.example/apache-maven-3.9.6-bin.zip\n",
        ),
        (
            "src/main/resources/application.yml",
            "server:\n  port: ${PORT:8085}\n",
        ),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Java Api shop ["spring-boot"]
      Java 17 pom.xml:5 (maven-java-version)
      with maven 3.9.6 pom.xml (pom-xml)
      build: ./mvnw -B -DskipTests package
      start: java -jar target/shop-1.2.jar
      dev: ./mvnw spring-boot:run
      test: ./mvnw -B test
      port 8085 src/main/resources/application.yml:2 (server-port-setting)
    "#);
}

#[test]
fn modules_take_over_from_their_parent() {
    let parent = "<parent><artifactId>top</artifactId><version>1</version></parent>";
    let web = format!(
        "<project>{parent}<artifactId>web</artifactId>\n<dependencies><dependency>\
         <artifactId>spring-boot-starter-webflux</artifactId></dependency></dependencies></project>"
    );
    let core = format!("<project>{parent}<artifactId>core</artifactId></project>");
    let files = [
        (
            "pom.xml",
            "<project><artifactId>top</artifactId><packaging>pom</packaging><modules>\n\
             <module>core</module><module>web</module><module>gone</module></modules>\
             <build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId>\
             <configuration><release>21</release></configuration></plugin><plugin>\
             <artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>",
        ),
        ("core/pom.xml", core.as_str()),
        ("core/src/main/java/x/Core.java", ""),
        ("web/pom.xml", web.as_str()),
        (
            "web/src/main/java/x/WebApplication.java",
            "  public static void main(String[] arguments) {}\n",
        ),
        (".java-version", "21.0.2\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    core Java Library core []
      Java 21.0.2 .java-version:1 (java-version-file)
      with maven  core/pom.xml (pom-xml)
      build: mvn -f ../pom.xml -pl core -am -B -DskipTests package
      test: mvn -B test
    web Java Api web ["spring-boot"]
      Java 21.0.2 .java-version:1 (java-version-file)
      with maven  web/pom.xml (pom-xml)
      build: mvn -f ../pom.xml -pl web -am -B -DskipTests package
      start: java -jar target/web-1.jar
      dev: mvn spring-boot:run
      test: mvn -B test
      port 8080 web/pom.xml:2 (maven-dependency)
    workspace .: core web pom.xml:2 (maven-modules)
    problem pom.xml:2 (maven-module): the module `gone` has no `pom.xml` that is a part of the project
    "#);
}

#[test]
fn quarkus_and_archives_for_a_server() {
    let quarkus = "<project><artifactId>q</artifactId><version>1</version><dependencies><dependency>\
        <artifactId>quarkus-rest</artifactId></dependency></dependencies><build><plugins><plugin>\
        <artifactId>quarkus-maven-plugin</artifactId></plugin></plugins></build></project>";
    insta::assert_snapshot!(shown(&[("pom.xml", quarkus)]), @r#"
    . Java Api q ["quarkus"]
      Java 21 . (runtime-default)
      with maven  pom.xml (pom-xml)
      build: mvn -B -DskipTests package
      start: java -jar target/quarkus-app/quarkus-run.jar
      dev: mvn quarkus:dev
      test: mvn -B test
      port 8080 pom.xml:1 (maven-dependency)
    "#);
    let war = "<project><artifactId>w</artifactId><packaging>war</packaging></project>";
    insta::assert_snapshot!(shown(&[("pom.xml", war)]), @"
    . Java Web w []
      Java 21 . (runtime-default)
      with maven  pom.xml (pom-xml)
      build: mvn -B -DskipTests package
      test: mvn -B test
    ");
}

#[test]
fn gradle_in_groovy() {
    let files = [
        (
            "build.gradle",
            "plugins {\n  id 'org.springframework.boot' version '3.1.3' // x\n  id 'java'\n}\n\
             version = '0.1'\njava {\n  sourceCompatibility = '17'\n}\ndependencies {\n\
             \x20 implementation 'org.springframework.boot:spring-boot-starter-web'\n\
             \x20 testImplementation 'io.ktor:ktor-server-netty:2'\n}\n",
        ),
        ("settings.gradle", "rootProject.name = 'shop'\n"),
        ("gradlew", ""),
        (
            "gradle/wrapper/gradle-wrapper.properties",
            "distributionUrl=https\\://services.example/distributions/gradle-8.3-bin.zip\n",
        ),
        ("src/main/java/x/App.java", ""),
        (".sdkmanrc", "java=21.0.1-tem\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    . Java Api shop ["spring-boot"]
      Java 21.0.1 .sdkmanrc:1 (sdkmanrc)
      with gradle 8.3 build.gradle (build-gradle)
      build: ./gradlew bootJar
      start: java -jar build/libs/shop-0.1.jar
      dev: ./gradlew bootRun
      test: ./gradlew test
      port 8080 build.gradle:10 (gradle-dependency)
    "#);
}

#[test]
fn gradle_in_kotlin_with_several_projects() {
    let files = [
        (
            "settings.gradle.kts",
            "rootProject.name = \"top\"\ninclude(\":app\", \":lib\")\n",
        ),
        (
            "build.gradle.kts",
            "allprojects {\n  kotlin { jvmToolchain(21) }\n}\n",
        ),
        (
            "app/build.gradle.kts",
            "plugins {\n  kotlin(\"jvm\")\n  id(\"org.springframework.boot\") version \"3\" apply false\n  alias(libs.plugins.ktor)\n}\n\
             application { mainClass.set(\"x.MainKt\") }\n\
             dependencies { implementation(\"io.ktor:ktor-server-netty:2.3\") }\n",
        ),
        ("app/src/main/kotlin/Main.kt", ""),
        ("lib/build.gradle.kts", "plugins { `java-library` }\n"),
        ("lib/src/main/kotlin/Lib.kt", ""),
        ("buildSrc/build.gradle.kts", "plugins { `kotlin-dsl` }\n"),
    ];
    insta::assert_snapshot!(shown(&files), @r#"
    app Java Api app ["ktor"]
      Java 21 build.gradle.kts:2 (gradle-toolchain)
      with gradle  app/build.gradle.kts (build-gradle)
      build: gradle buildFatJar
      start: java -jar build/libs/*-all.jar
      dev: gradle run
      test: gradle test
      application x.MainKt app/build.gradle.kts:6 (gradle-main-class)
      port 8080 app/build.gradle.kts:7 (gradle-dependency)
    lib Java Library lib []
      Java 21 build.gradle.kts:2 (gradle-toolchain)
      with gradle  lib/build.gradle.kts (build-gradle)
      build: gradle assemble
      test: gradle test
    workspace .: app lib settings.gradle.kts:2 (gradle-include)
    "#);
}

#[test]
fn an_old_gradle_runs_on_an_old_java() {
    let files = [
        (
            "build.gradle",
            "apply plugin: 'java'\njar { manifest { attributes('Main-Class': 'x.Y') } }\n",
        ),
        (
            "gradle/wrapper/gradle-wrapper.properties",
            "distributionUrl=https\\://services.example/distributions/gradle-6.7.1-all.zip\n",
        ),
        ("src/main/java/x/Y.java", ""),
    ];
    insta::assert_snapshot!(shown(&files), @"
    . Java App  []
      Java 11 gradle/wrapper/gradle-wrapper.properties:1 (gradle-wrapper-runs-on)
      with gradle 6.7.1 build.gradle (build-gradle)
      build: gradle assemble
      start: java -jar $(ls build/libs/*.jar | grep -v plain)
      test: gradle test
    ");
}

#[test]
fn broken_xml_is_a_problem_with_its_line() {
    insta::assert_snapshot!(shown(&[("pom.xml", "<project>\n<a>\n</project>\n")]), @"problem pom.xml:3 (xml-syntax): invalid XML: expected 'a' tag, not 'project' at 3:1");
    let bomb = "<!DOCTYPE p [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]>\n\
        <project><artifactId>&d;&d;&d;&d;</artifactId></project>";
    assert!(shown(&[("pom.xml", bomb)]).contains("problem pom.xml:"));
    // Elements within elements are no reason to run out of stack.
    let deep = "<a>".repeat(100_000);
    assert!(shown(&[("pom.xml", &deep)]).contains("problem pom.xml:"));
    let deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
    assert!(!shown(&[("pom.xml", &deep)]).is_empty());
}

/// The lines about one thing, of all stacks.
fn lines(files: &[(&str, &str)], about: &str) -> Vec<String> {
    let shown = shown(files);
    let lines = shown.lines().map(str::trim);
    let lines = lines.filter_map(|line| line.strip_prefix(about));
    lines.map(|line| line.trim().to_owned()).collect()
}

const MAIN: (&str, &str) = (
    "src/main/java/x/App.java",
    "class App {\n public static void main(String[] a) {}\n}\n",
);

#[test]
fn maven_starts_what_its_plugins_make() {
    let start = |inner: &str| {
        let pom =
            format!("<project><artifactId>x</artifactId><version>1</version>{inner}</project>");
        lines(&[("pom.xml", &pom), MAIN], "start:").join("")
    };
    let plugin = |name: &str, inner: &str| {
        start(&format!(
            "<build><plugins><plugin><artifactId>{name}</artifactId>{inner}</plugin></plugins></build>"
        ))
    };
    assert_eq!(start(""), "java -cp target/classes x.App");
    let dependency =
        "<dependencies><dependency><artifactId>y</artifactId></dependency></dependencies>";
    assert_eq!(start(dependency), "mvn -q exec:java -Dexec.mainClass=x.App");
    let of_tests = dependency.replace("</artifactId>", "</artifactId><scope>test</scope>");
    assert_eq!(start(&of_tests), "java -cp target/classes x.App");
    assert_eq!(plugin("maven-gpg-plugin", ""), "");
    assert_eq!(plugin("maven-shade-plugin", ""), "java -jar target/x-1.jar");
    assert_eq!(
        plugin(
            "maven-shade-plugin",
            "<outputFile>${project.build.directory}/${project.artifactId}-fat.jar</outputFile>"
        ),
        "java -jar target/x-fat.jar"
    );
    assert_eq!(
        plugin(
            "maven-assembly-plugin",
            "<mainClass>x.App</mainClass><descriptorRef>jar-with-dependencies</descriptorRef>"
        ),
        "java -jar target/x-1-jar-with-dependencies.jar"
    );
    assert_eq!(
        plugin("spring-boot-maven-plugin", "<classifier>exec</classifier>"),
        "java -jar target/x-1-exec.jar"
    );
    assert_eq!(
        plugin(
            "appassembler-maven-plugin",
            "<program><mainClass>x.App</mainClass><name>app</name></program>"
        ),
        "sh target/appassembler/bin/app"
    );
    assert_eq!(
        plugin("exec-maven-plugin", "<mainClass>org.tool.Other</mainClass>"),
        "java -cp target/classes x.App"
    );
    let runner = "<packaging>war</packaging><build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId>\
        <artifactItem><artifactId>webapp-runner</artifactId></artifactItem></plugin></plugins></build>";
    assert_eq!(
        start(runner),
        "java -jar target/dependency/webapp-runner.jar --port ${PORT:-8080} target/x-1.war"
    );
}

#[test]
fn dropwizard_is_told_its_settings() {
    let pom = "<project><artifactId>x</artifactId><version>1</version><dependencies><dependency>\
        <artifactId>dropwizard-core</artifactId></dependency></dependencies><build><plugins><plugin>\
        <artifactId>maven-shade-plugin</artifactId></plugin></plugins></build></project>";
    assert_eq!(
        lines(&[("pom.xml", pom), MAIN, ("x.yml", "")], "start:"),
        ["java -jar target/x-1.jar server x.yml"]
    );
}

#[test]
fn a_name_alone_is_no_program() {
    let pom = "<project><artifactId>x</artifactId></project>";
    let base = (
        "src/main/java/x/Application.java",
        "public abstract class Application {}\n",
    );
    assert_eq!(
        lines(&[("pom.xml", pom), base], ". "),
        ["Java Library x []"]
    );
}

#[test]
fn modules_have_the_frameworks_of_those_they_use() {
    let module = |name: &str, inner: &str| {
        format!("<project><artifactId>{name}</artifactId>{inner}</project>")
    };
    let web = module(
        "web",
        "<dependencies><dependency><artifactId>core</artifactId></dependency></dependencies>\
         <build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>",
    );
    let core = module(
        "core",
        "<dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency>\
         <dependency><artifactId>web</artifactId></dependency></dependencies>",
    );
    let files = [
        ("web/pom.xml", web.as_str()),
        ("core/pom.xml", core.as_str()),
    ];
    assert_eq!(lines(&files, "web "), ["Java Api web [\"spring-boot\"]"]);
    let gradle = [
        ("settings.gradle.kts", "include(\":api\", \":server\")\n"),
        (
            "server/build.gradle.kts",
            "plugins { id(\"org.springframework.boot\") version \"3\" }\ndependencies { implementation(project(\":api\")) }\n",
        ),
        ("server/src/main/java/x/App.java", ""),
        (
            "api/build.gradle.kts",
            "dependencies { api(\"x:spring-boot-starter-webflux\") }\n",
        ),
        ("api/src/main/java/x/Api.java", ""),
    ];
    assert_eq!(
        lines(&gradle, "server "),
        ["Java Api server [\"spring-boot\"]"]
    );
}

#[test]
fn gradle_takes_over_catalogues_conventions_and_what_the_root_says() {
    let catalog = "[libraries]\nweb = \"g:spring-boot-starter-web:3\"\n[plugins]\nboot = { id = \"org.springframework.boot\" }\n";
    let by_catalog = [
        ("gradle/libs.versions.toml", catalog),
        (
            "build.gradle.kts",
            "plugins { alias(libs.plugins.boot) }\ndependencies { implementation(libs.web) }\n",
        ),
        MAIN,
        ("gradle.properties", "version=2.0\n"),
        ("settings.gradle.kts", "rootProject.name = \"shop\"\n"),
    ];
    assert_eq!(
        lines(&by_catalog, ". "),
        ["Java Api shop [\"spring-boot\"]"]
    );
    assert_eq!(
        lines(&by_catalog, "start:"),
        ["java -jar build/libs/shop-2.0.jar"]
    );
    let by_convention = [
        ("settings.gradle.kts", "include(\"app\")\n"),
        (
            "buildSrc/src/main/kotlin/x.application.gradle.kts",
            "plugins { id(\"x.common\")\n application }\n",
        ),
        (
            "buildSrc/src/main/kotlin/x.common.gradle.kts",
            "java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }\n",
        ),
        (
            "app/build.gradle.kts",
            "plugins { id(\"x.application\") }\napplication { mainClass = \"x.App\" }\n",
        ),
        ("app/src/main/java/x/App.java", ""),
    ];
    assert_eq!(
        lines(&by_convention, "start:"),
        ["build/install/app/bin/app"]
    );
    assert_eq!(
        lines(&by_convention, "Java "),
        ["17 buildSrc/src/main/kotlin/x.common.gradle.kts:1 (gradle-toolchain)"]
    );
    let by_root = [
        ("settings.gradle", "include 'app'\n"),
        (
            "build.gradle",
            "subprojects {\n apply plugin: 'org.springframework.boot'\n version = '3'\n}\n",
        ),
        (
            "app/build.gradle",
            "bootJar { archiveFileName = 'shop.jar' }\n",
        ),
        ("app/src/main/java/x/App.java", ""),
    ];
    assert_eq!(lines(&by_root, "start:"), ["java -jar build/libs/shop.jar"]);
}

#[test]
fn tasks_that_run_something_else_make_no_program() {
    let kind = |script: &str| {
        let shown = shown(&[("build.gradle.kts", script), MAIN]);
        shown.lines().next().unwrap_or_default().to_owned()
    };
    let task = |name: &str| {
        format!(
            "tasks.register<JavaExec>(\"{name}\") {{\n dependsOn(\"a\")\n mainClass.set(\"x.App\")\n}}\n"
        )
    };
    assert_eq!(kind(&task("generate")), ". Java Library  []");
    assert_eq!(kind(&task("run")), ". Java App  []");
    assert_eq!(
        lines(&[("build.gradle.kts", &task("run")), MAIN], "start:"),
        ["gradle run"]
    );
    // A plugin that is named for the projects within is not applied.
    let others = "plugins { alias(libs.plugins.android.application) apply false }\n";
    assert_eq!(kind(others), ". Java Library  []");
    let desktop = "compose.desktop { application { mainClass = \"x.App\" } }\n";
    assert_eq!(kind(desktop), ". Java App  []");
    assert_eq!(
        lines(&[("build.gradle.kts", desktop), MAIN], "build:"),
        ["gradle packageDistributionForCurrentOS"]
    );
}

#[test]
fn the_newest_java_of_a_build_tool_counts_with_its_patches() {
    let wrapper = "distributionUrl=https\\://services.example/distributions/gradle-7.4-bin.zip\n";
    let files = [
        ("build.gradle", "apply plugin: 'java'\n"),
        ("gradle/wrapper/gradle-wrapper.properties", wrapper),
        MAIN,
    ];
    assert_eq!(
        lines(&files, "Java "),
        ["17 gradle/wrapper/gradle-wrapper.properties:1 (gradle-wrapper-runs-on)"]
    );
}

#[test]
fn blocks_within_blocks_are_read_once() {
    let nested = "subprojects { allprojects { ".repeat(20_000);
    assert!(shown(&[("build.gradle", &nested), MAIN]).starts_with(". Java Library"));
    let plugin = "<plugin><artifactId>maven-shade-plugin</artifactId>";
    let nested = format!(
        "<project>{}{}</project>",
        plugin.repeat(2_000),
        "</plugin>".repeat(2_000)
    );
    assert!(shown(&[("pom.xml", &nested)]).starts_with(". Java"));
}
