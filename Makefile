.PHONY: setup demo test check fix bench
setup demo test check fix bench:
	@scripts/$@ $(ARGS)
