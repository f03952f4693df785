#!/bin/bash
# Prints sources.list lines for Debian 12 from where this machine's apt gets it: apt-sources.sh ARCHITECTURE COMPONENT...
set -euo pipefail

architecture=${1:?usage: apt-sources.sh ARCHITECTURE COMPONENT...}
shift
apt-get indextargets --format "deb [arch=$architecture] \$(REPO_URI) \$(RELEASE) $*" 'Created-By: Packages' |
    grep ' bookworm' | sort -u
