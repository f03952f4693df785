#!/bin/bash
# Prints sources.list lines for Debian 12 from where this machine's apt has it: apt-sources.sh ARCHITECTURE COMPONENT...
#
# A suite whose list could not be had for that architecture, as while a mirror is brought up to date, is left out.
set -euo pipefail

architecture=${1:?usage: apt-sources.sh ARCHITECTURE COMPONENT...}
shift
apt-get indextargets --format "deb [arch=$architecture] \$(REPO_URI) \$(RELEASE) $*" 'Created-By: Packages' \
    "Architecture: $architecture" |
    grep ' bookworm' | sort -u
