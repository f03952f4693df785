# `make run` starts a daemon that touches nothing of the machine; `make test` runs every check.

sources = Sources Tests Package.swift
armhf = $(CURDIR)/.build/armhf/bin

.PHONY: run test armhf format lint clean

run:
	.ci/dependencies build
	swift build -c release
	mkdir -p .build/run
	exec "$$(swift build -c release --show-bin-path)/tickoverd" -n -g -c image/demo.conf

test: armhf
	.ci/dependencies build peers
	TICKOVER_ARMHF=$(armhf) swift test

armhf:
	.ci/dependencies armhf
	image/release/build.sh armhf

format:
	swift format -i -r $(sources)

lint:
	swift format lint --strict -r $(sources)

clean:
	rm -rf .build
