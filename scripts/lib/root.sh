# shellcheck shell=bash
# root.sh: the machine's archive, and the toolchain-and-guest root made from it.
# shellcheck disable=SC2034  # ROOT is for the scripts that source this file
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

# The archive's addresses come from this machine's apt, and from nowhere else.
mirrors() {
	command -v apt-get >/dev/null || die $E_ENV "no apt-get here: this harness runs on Debian"
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 2>/dev/null | sort -u
}

# mirrors_of SUITE: those that have it; what apt says goes to stderr
mirrors_of() {
	local uri dir

	dir=$(mktemp -d)
	for uri in $(mirrors); do
		! /usr/lib/apt/apt-helper download-file "${uri}dists/$1/InRelease" "$dir/InRelease" >&2 || echo "$uri"
	done
	rm -rf "$dir"
}

# download PATH FILE [SHA256]: PATH below the first mirror that has it
download() {
	local uri

	for uri in $(mirrors); do
		if /usr/lib/apt/apt-helper download-file "$uri$1" "$2.part" ${3:+"SHA256:$3"} >/dev/null 2>&1; then
			mv "$2.part" "$2"
			return 0
		fi
	done
	rm -f "$2.part" "$2.part.FAILED"
	return 1
}

# The root's name carries what it is made of, so that a change makes a new one.
# PACKAGES names another list than that of the toolchain (make clients).
PACKAGES=${PACKAGES:-root-packages}
root_packages() { sed 's/#.*//' "$S/$1" | xargs | tr ' ' ,; }	# LIST
root_of() { echo "$CACHE/root-$SUITE-$(root_packages "$1" | sha256sum | cut -c1-12)"; }	# LIST
ROOT=$(root_of "$PACKAGES")

enter() { "$S/enter.sh" "$@"; }
