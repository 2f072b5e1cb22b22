# Says so when the environment is not what was recorded. `dhtl` adds this when it makes an environment;
# DHTL_NO_ACTIVATION_CHECK=1 switches it off. A shell that runs a script is left alone.
if status is-interactive; and test -z "$DHTL_NO_ACTIVATION_CHECK"; and command -sq dhtl
    command dhtl --root (dirname "$VIRTUAL_ENV") validate-env --quiet </dev/null >/dev/null 2>&1
    switch $status
        case 0 130
        case 1
            echo 'Warning: the environment differs from what is recorded; run `dhtl validate-env`' >&2
        case '*'
            echo 'Warning: the environment could not be checked; run `dhtl validate-env`' >&2
    end
end
