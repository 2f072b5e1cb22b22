//! Names of conda and what Python's index has under them.

/// Packages that have another name on Python's index.
const RENAMED: [(&str, &str); 17] = [
    ("pytorch", "torch"),
    ("pytorch-gpu", "torch"),
    ("pytorch-cpu", "torch"),
    ("matplotlib-base", "matplotlib"),
    ("pytables", "tables"),
    ("opencv", "opencv-python"),
    ("py-opencv", "opencv-python"),
    ("msgpack-python", "msgpack"),
    ("python-graphviz", "graphviz"),
    ("dask-core", "dask"),
    ("seaborn-base", "seaborn"),
    ("ruamel_yaml", "ruamel.yaml"),
    ("pyqt", "PyQt5"),
    ("tensorflow-gpu", "tensorflow"),
    ("tensorflow-base", "tensorflow"),
    ("python-annoy", "annoy"),
    ("importlib_metadata", "importlib-metadata"),
];

/// Programs, C libraries and switches of conda itself.
const NOT_PYTHON: &str = "
    python python_abi pip conda mamba anaconda
    openssl ca-certificates zlib xz tk sqlite readline ncurses bzip2 krb5 icu jpeg freetype
    mkl blas openblas intel-openmp nomkl hdf5 gdal-bin geos proj boost boost-cpp eigen gmp mpfr
    cudatoolkit cudnn nccl cuda cuda-toolkit pytorch-cuda pytorch-mutex cpuonly
    ffmpeg openh264 x264 giflib lcms2 gstreamer gst-plugins-base qt sip
    nodejs git make cmake ninja gcc gxx gfortran clang llvm ld_impl_linux-64
    compilers c-compiler cxx-compiler fortran-compiler
    graphviz pandoc zstd lz4-c expat dbus fontconfig glib pcre yaml zeromq tzdata vc
";

/// How the names of C libraries and of the packages of other languages begin.
const NOT_PYTHON_PREFIXES: [&str; 10] = [
    "_", "lib", "r-", "m2w64-", "msys2-", "gcc_", "gxx_", "cuda-", "xorg-", "vs2015",
];

/// Packages of Python that begin like a C library.
const PYTHON_ALL_THE_SAME: [&str; 5] = ["libcst", "librosa", "libclang", "libsass", "libtmux"];

/// The name that Python's index has for a package of conda; none for what is no Python package.
///
/// A program or a C library must not be looked up by its name: on the index somebody else may have
/// taken that name.
pub(crate) fn python_name(name: &str) -> Option<&str> {
    let is_library = NOT_PYTHON_PREFIXES
        .iter()
        .any(|prefix| name.starts_with(prefix))
        && !PYTHON_ALL_THE_SAME.contains(&name);
    if name.is_empty() || is_library || NOT_PYTHON.split_whitespace().any(|other| other == name) {
        return None;
    }
    let renamed = RENAMED.iter().find(|(of_conda, _)| *of_conda == name);
    Some(renamed.map_or(name, |(_, of_python)| of_python))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_never_looked_up_by_name() {
        assert_eq!(python_name("numpy"), Some("numpy"));
        assert_eq!(python_name("pytorch"), Some("torch"));
        assert_eq!(python_name("librosa"), Some("librosa"));
        for name in [
            "openssl",
            "libgdal",
            "_libgcc_mutex",
            "r-base",
            "python",
            "",
        ] {
            assert_eq!(python_name(name), None, "{name}");
        }
    }
}
