# Says so when the environment is not what was recorded. `dhtl` adds this when it makes an environment;
# DHTL_NO_ACTIVATION_CHECK=1 switches it off. A shell without somebody at a terminal is left alone.
& {
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    if ($env:DHTL_NO_ACTIVATION_CHECK -or -not [Environment]::UserInteractive -or [Console]::IsInputRedirected) {
        return
    }
    $dhtl = Get-Command dhtl -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if (-not $dhtl) {
        return
    }
    & $dhtl.Source --root (Split-Path -Parent $env:VIRTUAL_ENV) validate-env --quiet *> $null
    switch ($LASTEXITCODE) {
        0 { }
        130 { }
        1 { [Console]::Error.WriteLine('Warning: the environment differs from what is recorded; run `dhtl validate-env`') }
        default { [Console]::Error.WriteLine('Warning: the environment could not be checked; run `dhtl validate-env`') }
    }
    $global:LASTEXITCODE = 0
}
