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
        ("web/src/main/java/x/WebApplication.java", ""),
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
