# From the README's section on the configuration, a paragraph and a table, to a manual page's body.

function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    # Code in bold.
    while (sub(/`/, bold ? "\\fR" : "\\fB", text)) bold = !bold
    sub(/^[.']/, "\\\\&&", text)
    return text
}

/^## / { inSection = $0 == "## Configuration"; next }
!inSection { next }

!found { print ".SH DESCRIPTION"; found = 1 }

/^\|[ -]*-/ || /^\| line / { next }

# A row: | line | meaning |, with \| for a bar that is meant.
/^\|/ {
    if (!rows++) print ".SH LINES"
    gsub(/\\\|/, "\001")
    split($0, cells, / *\| */)
    gsub(/\001/, "|", cells[2])
    gsub(/\001/, "|", cells[3])
    print ".TP\n" escaped(cells[2])
    print escaped(cells[3])
    next
}

/^$/ { print ".PP"; next }
{ print escaped($0) }

END {
    if (rows < 5) {
        print "the README has no table of the configuration's lines" > "/dev/stderr"
        exit 1
    }
}
