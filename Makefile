# Everything is a make target, and CI runs only these. `make` alone prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
BIN := bin/paas-mcp

.PHONY: help build demo test check unit race fuzz browser clients bench eval generate update clean

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/paas-mcp
	$(GO) build -trimpath -o $(BIN) .

demo: build ## Watch a client and a server at work, no account needed
	$(BIN) demo

test: check browser unit race fuzz clients ## Run everything that CI runs

check: ## Format, vet, static analysis, tidy go.mod, generated files
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt -w on these files'; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

unit: build ## Run the tests once, with coverage
	@mkdir -p .cache
	$(GO) test -coverpkg=./... -coverprofile=.cache/cover.out ./...
	@$(GO) tool cover -func=.cache/cover.out | tail -n 1

race: ## Run the tests with the race detector
	$(GO) test -race ./...

# A count, not a time: go test reports a target that is stopped by the clock in the middle of an input as failed.
FUZZ ?= 5000x
fuzz: ## Run each fuzz target for FUZZ inputs (5000x)
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true); do \
	    out=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ) -fuzzminimizetime 1x "$$pkg" 2>&1) || { echo "$$out"; exit 1; }; \
	    echo "$$target $$(tail -n 1 <<<"$$out")"; \
	  done; done

# CI makes a missing browser a failure rather than a test that is left out.
browser: ## Run the tests of the approval console in a real Chromium, which is installed if it is missing
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || \
	  { sudo=$$(command -v sudo || true); $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends chromium; }
	CI=true $(GO) test -count=1 -run InChromium ./internal/console

clients: build ## Drive the binary with third-party MCP clients: the Inspector and the TypeScript SDKs
	testdata/clients/run

bench: build ## Measure the binary against a bare server in the same run
	$(GO) run ./internal/bench

eval: ## Measure how well paas_find ranks, and how a stand-in for a model does whole tasks
	$(GO) run ./internal/eval

generate: ## Write what is derived from the catalogue: index, row schema, tool reference, token table, compatibility report
	$(GO) run ./internal/generate
	$(GO) run ./internal/reports

update: generate ## Rewrite the snapshots and goldens of the tests
	UPDATE=1 $(GO) test ./...

clean: ## Remove what the targets made
	rm -rf bin .cache
