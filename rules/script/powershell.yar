// PowerShell as attackers write it, in scripts and in whatever starts them: shortcuts, macros, batch files.

rule runs_what_it_downloads : powershell
{
    meta:
        description = "A download goes straight into an interpreter and never touches the disk"
    strings:
        $first = /\b(iex|invoke-expression)\b\s{0,9}["'$&(][^\r\n]{0,100}(\.downloadstring|\.downloaddata|invoke-webrequest|invoke-restmethod|\biwr\b|\birm\b)/ nocase ascii wide
        $last = /(\.downloadstring\s{0,9}\(|invoke-webrequest\s|invoke-restmethod\s|\biwr\s|\birm\s)[^\r\n]{0,300}\|\s{0,9}(iex|invoke-expression)\b/ nocase ascii wide
    condition:
        filesize < 20MB and any of them
}

rule encoded_command : powershell
{
    meta:
        description = "PowerShell is started with its commands as base64 of UTF-16"
    strings:
        $a = /powershell(\.exe)?["']?\s[^\r\n]{0,200}[-\/]e(c|n|nc|nco|ncod|ncode|ncoded|ncodedc|ncodedco|ncodedcom|ncodedcomm|ncodedcomma|ncodedcomman|ncodedcommand)?\s{1,9}["']?[a-z0-9+\/]{60}/ nocase ascii wide
    condition:
        filesize < 20MB and $a
}

rule hidden_and_unbound : powershell
{
    meta:
        description = "PowerShell is started without a window and without its policy, and fetches something"
    strings:
        $hidden = /powershell(\.exe)?["']?\s[^\r\n]{0,200}-w(indowstyle|i|in)?\s{1,9}["']?(hidden|h|1)\b/ nocase ascii wide
        $unbound = /powershell(\.exe)?["']?\s[^\r\n]{0,200}-(ep|ex|exec|executionpolicy)\s{1,9}["']?bypass\b/ nocase ascii wide
        $fetch = /(\.downloadfile|\.downloadstring|\.downloaddata|invoke-webrequest|start-bitstransfer|net\.webclient|\biwr\s)/ nocase ascii wide
    condition:
        filesize < 20MB and all of them
}

rule switches_amsi_off : powershell
{
    meta:
        description = "The interface through which Windows shows scripts to its virus scanner is patched away"
    strings:
        $utils = "AmsiUtils" nocase ascii wide
        $failed = "amsiInitFailed" nocase ascii wide
        $set = "SetValue" nocase ascii wide
        $buffer = "AmsiScanBuffer" nocase ascii wide
        $protect = "VirtualProtect" nocase ascii wide
        $address = "GetProcAddress" nocase ascii wide
    condition:
        filesize < 20MB and uint16(0) != 0x5A4D and (($utils and $failed and $set) or ($buffer and $protect and $address))
}
