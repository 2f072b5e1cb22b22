# Says so when the environment is not what was recorded. `dhtl` adds this when it makes an environment;
# DHTL_NO_ACTIVATION_CHECK=1 switches it off. A shell that runs a script is left alone.
case $- in
*i*)
    if [ -z "${DHTL_NO_ACTIVATION_CHECK-}" ] && command -v dhtl >/dev/null 2>&1; then
        command dhtl --root "${VIRTUAL_ENV%/*}/" validate-env --quiet </dev/null >/dev/null 2>&1 || case $? in
        1) echo 'Warning: the environment differs from what is recorded; run `dhtl validate-env`' >&2 ;;
        130) ;;
        *) echo 'Warning: the environment could not be checked; run `dhtl validate-env`' >&2 ;;
        esac
    fi
    ;;
esac
