# `make deb` makes the Debian packages in .build/debian.
# `make run` starts a daemon that touches nothing of the machine; `make test` runs every check.

sources = Sources Tests Package.swift
scripts = .ci/run .ci/dependencies $(wildcard */*.sh */*/*.sh */*/*/*.sh */*/*/*/*.sh)
armhf = $(CURDIR)/.build/armhf/bin
sanitized = $(CURDIR)/.build/tsan
native = $(shell dpkg --print-architecture)

.PHONY: run test sanitize coverage worlds figures bench system-test armhf deb package-test container-test image image-test format lint clean

run:
	.ci/dependencies build
	swift build -c release
	mkdir -p .build/run
	exec "$$(swift build -c release --show-bin-path)/tickoverd" -n -g -c image/demo.conf

test: armhf
	.ci/dependencies build peers
	TICKOVER_ARMHF=$(armhf) swift test

system-test: armhf deb-amd64
	.ci/dependencies build peers system
	swift build
	Tests/System/run.sh

# The programs with ThreadSanitizer, which tells of every data race that it sees.
sanitize:
	.ci/dependencies build peers
	swift test --sanitize=thread --scratch-path $(sanitized) --filter LinuxTests
	rm -f $(sanitized)/report.*
	TICKOVER_HOST=$(sanitized)/debug TSAN_OPTIONS=log_path=$(sanitized)/report swift test --filter ProgramTests
	! cat $(sanitized)/report.* 2> /dev/null

# Every branch of the decision has a test.
coverage:
	.ci/dependencies build
	Tests/coverage.sh

# Ten thousand worlds that chance makes, from another seed each time.
worlds:
	.ci/dependencies build
	swift build -c release --product tickover
	setpriv --bounding-set=-sys_time --inh-caps=-sys_time \
	    "$$(swift build -c release --show-bin-path)/tickover" simulate --worlds 10000 --seed "$$(date +%s | tail -c 9)"

# The table of all scenarios in docs/discipline.md.
figures:
	.ci/dependencies build
	scenarios/figures.sh

bench:
	.ci/dependencies $(native) peers bench
	image/release/build.sh $(native)
	Benchmarks/sample.sh
	Benchmarks/run.sh

armhf:
	.ci/dependencies armhf
	image/release/build.sh armhf

deb: deb-armhf deb-arm64 deb-amd64

# The manual is what the native programs say of themselves.
deb-%:
	.ci/dependencies $* $(native) package
	image/release/build.sh $*
	[ $* = $(native) ] || image/release/build.sh $(native)
	image/debian/build.sh $*

package-test: deb-armhf deb-$(native)
	image/debian/test.sh armhf $(native)

container-test: armhf
	.ci/dependencies $(native) oci
	[ $(native) = armhf ] || image/release/build.sh $(native)
	image/container/test.sh $(native)
	image/container/test.sh armhf

image: deb-armhf
	.ci/dependencies image
	image/sdcard/build.sh

# Of the image that is there, in an emulator.
image-test:
	.ci/dependencies image system
	image/sdcard/test.sh

format:
	swift format -i -r $(sources)

lint:
	.ci/dependencies lint
	swift format lint --strict -r $(sources)
	shellcheck $(scripts)
	mkdir -p .build
	hardware/overlay.sh .build/tickover.dtbo

clean:
	rm -rf .build
