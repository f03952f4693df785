# From a program's usage text to a manual page's body; with `command` set, to the part on that command.

function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# Ends the lines of a synopsis.
function endSynopsis() {
    if (!inSynopsis) return
    inSynopsis = 0
    print ".fi"
    if (command == "") print ".SH DESCRIPTION"
}

# What "Exit status: 0 success, 1 failure." says, one line for each.
function exitStatus(text,    count, parts, i) {
    print command == "" ? ".SH EXIT STATUS" : ".PP\nExit status:"
    sub(/^Exit status: /, "", text)
    sub(/\.$/, "", text)
    count = split(text, parts, /, /)
    for (i = 1; i <= count; i++) {
        if (parts[i] ~ /^[0-9] /) print ".TP\n.B " substr(parts[i], 1, 1)
        print escaped(parts[i] ~ /^[0-9] / ? substr(parts[i], 3) : parts[i])
    }
}

/^Usage: / {
    print command == "" ? ".SH SYNOPSIS" : ".SS " command
    print ".nf"
    inSynopsis = 1
    print ".B " escaped(substr($0, 8))
    next
}

inSynopsis && /^ / {
    sub(/^ +/, "")
    print ".B " escaped($0)
    next
}

{ endSynopsis() }

/^$/ { inParagraph = 0; next }

# An option or a command, with what it does after two spaces or more.
/^  [^ ]/ || /^ +--/ {
    sub(/^ +/, "")
    at = match($0, /  +/)
    print ".TP\n.B " escaped(substr($0, 1, at - 1))
    print escaped(substr($0, at + RLENGTH))
    inParagraph = 1
    next
}

# What an option does goes on.
/^ / {
    sub(/^ +/, "")
    print escaped($0)
    next
}

/^Exit status: / { exit_text = $0; inParagraph = 1; next }
exit_text != "" { exit_text = exit_text " " $0; next }

/:$/ && command == "" {
    print ".SH " toupper(substr($0, 1, length($0) - 1))
    next
}

{
    if (!inParagraph) print ".PP"
    inParagraph = 1
    print escaped($0)
}

END { exitStatus(exit_text) }
