# `make` lists what there is.
.DEFAULT_GOAL := help
FUZZTIME ?= 10s
TOOL := go tool -modfile=tools/go.mod
PG := go run ./internal/testkit/withpg --

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## an invented province on http://localhost:8080
	go run ./cmd/motcua demo

.PHONY: run
run: ## the demo with 2,000 dossiers, kept in ./data
	go run ./cmd/motcua demo --data data --dossiers 2000

.PHONY: test
test: ## everything the gate asks: install what is missing, check, all tests, browser
	go run ./test/gate

.PHONY: check
check: ## vet, lint, formatting, generated files
	go run ./test/gate -check

.PHONY: unit
unit: ## tests of the packages, on both databases
	$(PG) go test ./cmd/... ./internal/... ./lang/... ./packs/...

.PHONY: stories
stories: ## stories on the real binary
	$(PG) go test -count=1 ./test/script

.PHONY: browser
browser: ## journeys in Chromium with an accessibility scan of each page
	go test -count=1 ./test/browser

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (10s)
	go run ./test/fuzz -time $(FUZZTIME)

.PHONY: bench
bench: ## figures of speed and size as JSON
	go run ./test/bench

.PHONY: assets
assets: ## build styles and scripts from internal/web/assets/src
	go run ./cmd/assets

.PHONY: generate
generate: ## generate pages from their templates
	$(TOOL) templ generate

.PHONY: format
format: ## format all Go files and templates
	$(TOOL) golangci-lint fmt ./...
	$(TOOL) templ fmt .

.PHONY: tools
tools: ## install what the tests miss (root with apt-get), else say what
	go run ./test/gate -tools

.PHONY: vuln
vuln: ## known faults in what we build on
	$(TOOL) govulncheck ./...
