#!/bin/bash
# Prints the bill of materials, in SPDX's tag-value form, of the Debian system in a folder: bill.sh ROOT
set -euo pipefail

root=${1:?usage: bill.sh ROOT}
cat << END
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: tickover-sdcard
DocumentNamespace: urn:tickover:sdcard:$(sha256sum "$root/var/lib/dpkg/status" | cut -d ' ' -f 1)
Creator: Tool: dpkg-query
Created: $(date --utc --date="@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)
END
# An identifier has no plus signs.
dpkg-query --admindir="$root/var/lib/dpkg" --show --showformat '
PackageName: ${Package}
SPDXID: SPDXRef-${Package}-${Architecture}
PackageVersion: ${Version}
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageSourceInfo: built from ${source:Package} ${source:Version}
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/${Package}@${Version}?arch=${Architecture}
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-${Package}-${Architecture}
' | sed '/SPDXID\|^Relationship/s/+/-plus/g'
