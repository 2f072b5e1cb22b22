//! The version of uv that dhtl is tested with, and the digests of its wheels.
//!
//! To refresh: set [`PINNED`], then, outside of the repository and for every platform tag below, run
//! `pip download --no-deps --only-binary :all: --platform <tag> --dest wheels uv==<version>` and
//! `sha256sum wheels/*`. Compare with `uv pip compile --generate-hashes` on a requirement
//! `uv==<version>`, which lists what the index itself publishes. Then run this crate's tests, which
//! fetch it for real.

/// The version that is fetched.
pub const PINNED: &str = "0.13.8";

/// The oldest version of a `uv` on `PATH` that is used.
///
/// uv keeps its command line within a minor version, and this is the series that dhtl is developed
/// and tested with; what may be read as JSON, such as `pip install --check --output-format json`,
/// came with 0.12.20 or shortly before. Newer ones are taken up to 1.0.
pub const MINIMUM: &str = "0.13.0";

/// The wheels of [`PINNED`]: platform tag and SHA-256.
///
/// All of them go into one requirements file, and pip picks the one for its machine: it knows best
/// which C library it runs on.
pub(super) const WHEELS: [(&str, &str); 11] = [
    (
        "macosx_10_12_x86_64",
        "sha256:b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
    ),
    (
        "macosx_11_0_arm64",
        "sha256:62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
    ),
    (
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "sha256:0b3e8b1a4f5e405e31e2ff33de8af4744831e9f7338539671efbd8c3c94e791d",
    ),
    (
        "manylinux_2_17_armv7l.manylinux2014_armv7l",
        "sha256:86f1319f851e645bc295bb921e6be19beae7e69216c75ae809010ca7817393aa",
    ),
    (
        "manylinux_2_17_i686.manylinux2014_i686",
        "sha256:5ace7ec339798aca31be51a75fa7c1544fe84e02fadd17a9fa3324813bbaf237",
    ),
    (
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "sha256:e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
    ),
    (
        "manylinux_2_28_aarch64",
        "sha256:5337c30bb893b4f9ce0ceb921ba2da0d13f649da644f40ad3bef84083bef0203",
    ),
    (
        "musllinux_1_1_x86_64",
        "sha256:29451c60f5e8b07403e0a175d5229efc36b0289b34143ff4aaa499a5dd52553a",
    ),
    (
        "win32",
        "sha256:87614f62b09e3571593ffe01bf2e1dccb8df928a8423324dba80c6d0e33060eb",
    ),
    (
        "win_amd64",
        "sha256:cfbc13020a64cdf2f116d2936824c38edbf41e5c07f1ea291baf02e31ebf3ed0",
    ),
    (
        "win_arm64",
        "sha256:b4184029b1b7c54409b9cd4372c73a36ef9c2d1d7cf3b0aca59c8b1932f041dc",
    ),
];

/// The requirements file that pins uv to its wheels, for `pip download --require-hashes`.
pub(super) fn requirements() -> String {
    let mut requirement = format!("uv=={PINNED}");
    for (_, digest) in WHEELS {
        requirement.push_str(" \\\n    --hash=");
        requirement.push_str(digest);
    }
    requirement.push('\n');
    requirement
}
