# SPDX-License-Identifier: Apache-2.0
# isorun: `make help` lists the targets.  Objects go to $(B).

VERSION := 0.1.0
B       ?= build
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec/isorun
DATADIR ?= $(PREFIX)/share/isorun
MANDIR  ?= $(PREFIX)/share/man
INCDIR  ?= $(PREFIX)/include
CC      ?= cc
CFLAGS  ?= -O2 -g
PKG_CONFIG ?= pkg-config
NM      ?= nm
OBJCOPY ?= objcopy
MAKEFLAGS += --no-print-directory

GCC  := $(shell $(CC) --version 2>/dev/null | grep -qi clang || echo yes)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Wundef \
	$(if $(GCC),-Wjump-misses-init,-Wno-gnu-statement-expression) $(if $(WERROR),-Werror)
SAN_asan  := -fsanitize=address,undefined -fno-omit-frame-pointer
SAN_ubsan := -fsanitize=undefined -fno-sanitize-recover=undefined
SAN_tsan  := -fsanitize=thread
SAN_cov   := --coverage -fprofile-update=atomic
SAN_fuzz  := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
HARDEN    := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Iinclude -Isrc -fPIC -fvisibility=hidden $(WARN) $(HARDEN) \
	-DISORUN_VERSION='"$(VERSION)"' -DISORUN_DATADIR='"$(DATADIR)"' \
	-DISORUN_LIBEXECDIR='"$(LIBEXECDIR)"' $(SAN_$(SAN)) $(CFLAGS) $(BARE)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SAN_$(SAN)) $(LDFLAGS)

PKGS := libcgroup libseccomp libnl-3.0 libnl-route-3.0 inih sqlite3 jansson libxml-2.0
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null) -lm

FOLDERS := cli suite engine sandbox cgroup planner history report model base # top layer first
CORE    := engine sandbox cgroup planner model base
# What a folder's unit tests may link (src/LAYERS): itself and all below.
MAY_base := base
$(foreach f,model cgroup planner history report,$(eval MAY_$(f) := $(f) $(filter-out $(f),model) base))
MAY_sandbox := sandbox cgroup planner history report model base
MAY_engine := engine $(MAY_sandbox)
MAY_suite := suite $(MAY_engine)
MAY_cli := cli $(MAY_suite)

# Mains of programs stay out of their folder's archive.
MAINS := src/cli/front.c src/cli/main.c src/sandbox/init_main.c src/sandbox/init_libc.c
srcs_of = $(filter-out $(MAINS),$(sort $(wildcard src/$(1)/*.c)))
archives = $(patsubst %,$(B)/lib%.a,$(1))
Q := $(if $(V),,@)
PC := $(B)/pc$(subst /,-,$(LIBDIR))/isorun.pc
say = @mkdir -p $(@D) $(if $(V),,&& printf '  %-7s %s\n' '$(1)' '$(2)')

.PHONY: all deps tests check check-all check-unit check-e2e check-container check-uml check-uml-long check-qemu \
	check-browser check-suites check-faults check-long demo bench asan ubsan tsan coverage fuzz tidy format lint \
	install uninstall dist distcheck clean help
all: $(addprefix $(B)/,isorun isorun-full libisorun.a libisorun.so) $(PC) ## what is installed

# The child of clone runs nothing that a tool might instrument (STYLE G9).
BARE_OBJS := $(B)/src/sandbox/child_%.o $(B)/src/sandbox/init_%.o
$(BARE_OBJS): override SAN =
$(BARE_OBJS): BARE = -U_FORTIFY_SOURCE -fno-stack-protector
$(B)/src/sandbox/init_libc.o: BARE += -ffreestanding

# Where things are installed stands in some objects.
DIRS := $(VERSION) $(LIBEXECDIR) $(DATADIR)
$(shell mkdir -p $(B); [ "$$(cat $(B)/dirs 2>/dev/null)" = "$(DIRS)" ] || echo "$(DIRS)" >$(B)/dirs)
WITH_DIRS := $(patsubst %.c,%.o,$(shell grep -rlE 'ISORUN_(DATADIR|LIBEXECDIR|VERSION)' src --include=*.c))
$(addprefix $(B)/,$(WITH_DIRS)) $(addprefix $(B)/musl/,$(WITH_DIRS)): $(B)/dirs

$(B)/%.o: %.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

define archive
$(B)/lib$(1).a: $(patsubst %.c,$(B)/%.o,$(call srcs_of,$(1)))
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call archive,$(f))))

# `isorun` itself holds no library but libc, static where the machine has one:
# that is what makes a launch cheap (DESIGN 7).  All else is in isorun-full,
# which it calls when there is more to do than to launch.  With musl rather than
# glibc, where it is: before main() glibc asks the cpu for its kind by some thirty
# cpuid instructions, which on a virtual machine cost 0.3 ms, more than all else
# that isorun does on its own account.
MUSL ?= $(if $(SAN),,$(shell command -v musl-gcc))
STATIC ?= $(if $(SAN),,$(if $(MUSL),-static,$(shell echo 'int main(void){return 0;}' | \
	$(CC) -fPIC -static-pie -x c -o /dev/null - 2>/dev/null && echo -static-pie)))
FRONT := $(B)/src/cli/front.o $(call archives,cli $(CORE))
ifneq ($(MUSL),)
FRONT := $(B)/musl/src/cli/front.o $(B)/musl/libfront.a
# What has a library's headers, or only calls what has, is none of its matter.
FRONT_SRCS := $(filter-out src/cli/cmd_% src/cli/doctor% src/cli/plan% src/cli/suite% src/base/json.c \
	src/base/xml.c src/base/conf.c src/sandbox/network.c src/sandbox/seccomp.c src/cgroup/find.c \
	src/engine/iso% src/engine/init%, \
	$(foreach f,cli $(CORE),$(call srcs_of,$(f))))
# The kernel's headers are the host's.
$(B)/musl/% $(B)/isorun: CC := $(MUSL) -idirafter /usr/include \
	-idirafter /usr/include/$(shell $(MUSL) -print-multiarch)
$(B)/musl/%: HARDEN = -fstack-protector-strong
$(B)/musl/src/sandbox/child_%.o: BARE = -fno-stack-protector
$(B)/musl/%.o: %.c
	$(call say,MUSL,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/musl/libfront.a: $(FRONT_SRCS:%.c=$(B)/musl/%.o)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
endif
$(B)/isorun: $(FRONT)
	$(call say,LD,$@)
	$(Q)$(CC) $(if $(STATIC),$(filter-out -pie,$(ALL_LDFLAGS)) $(STATIC),$(ALL_LDFLAGS)) -o $@ $^
$(B)/isorun-full: $(B)/src/cli/main.o $(call archives,$(FOLDERS))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Init as a program that isorun-full and the library carry with them: init_main.c.
INIT_OBJS = $(patsubst %.c,$(B)/%.o,$(wildcard src/sandbox/init_*.c) \
	$(filter-out %/child_boot.c %/child_enter.c,$(wildcard src/sandbox/child_*.c)))
$(B)/isorun-init: $(INIT_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -static -nostdlib -Wl,-s,--build-id=none,-z,noexecstack -o $@ $^
$(B)/src/engine/init_image.o: $(B)/isorun-init
$(B)/src/engine/init_image.o: BARE = -DISORUN_INIT_IMAGE='"$(B)/isorun-init"'

# The page of --html, which html_page.c holds.
$(B)/src/report/html_page.o: $(wildcard src/report/html/*)

# The library: without what only reports and sources need.  In the static one
# all that is not API gets a prefix, or a program with a loop_open of its own
# would not link.
LIB_PKGS := $(filter-out sqlite3 jansson libxml-2.0,$(PKGS))
LIB_OBJS = $(filter-out %/json.o %/xml.o, \
	$(foreach f,$(CORE),$(patsubst %.c,$(B)/%.o,$(call srcs_of,$(f)))))
$(B)/libisorun.a: $(LIB_OBJS)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
	$(Q)$(NM) -g --defined-only $@ | awk 'NF == 3 && $$3 !~ /^iso_/ \
		{ print $$3, "iso_own_" $$3 }' >$@.names && $(OBJCOPY) --redefine-syms=$@.names $@
$(B)/libisorun.so: $(LIB_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,libisorun.so.0 -Wl,-z,relro,-z,now $(if $(SAN),,-Wl,-z,defs) \
		$(SAN_$(SAN)) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs $(LIB_PKGS))
$(PC): include/isorun.pc.in Makefile
	$(call say,SED,$@)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@INCDIR@|$(INCDIR)|' \
		-e 's|@VERSION@|$(VERSION)|; s|@PKGS@|$(LIB_PKGS)|' $< >$@

# Unit tests: tests/unit/FOLDER/test_FILE.c, one program each.  The payload of
# the end-to-end tests is static, so that it runs in any root.
UNIT_SRCS := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT      := $(UNIT_SRCS:tests/unit/%.c=$(B)/unit/%)
# No % below: make puts the stem there before the second expansion.
may_link = $(MAY_$(firstword $(subst /, ,$(1))))
.SECONDARY:
.SECONDEXPANSION:
$(B)/unit/%: $(B)/tests/unit/%.o $$(call archives,$$(call may_link,$$*))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka
HELPERS := $(B)/probe $(B)/escape $(B)/box
$(HELPERS): $(B)/%: $$(wildcard tests/helpers/$$**.[ch]) src/base/num.c
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -O2 -static -o $@ $(filter %.c,$^)
# What makes a system call fail; the probes know nothing of it.
$(B)/fault: tests/helpers/fault.c src/base/num.c
	$(call say,LD,$@)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -Isrc $(WARN) -O2 -o $@ $^ $(shell $(PKG_CONFIG) --libs libseccomp)
$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(call archives,$(MAY_suite))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

deps: ; @contrib/deps
tests: all $(UNIT) $(HELPERS) $(B)/fault
check: deps ## install what is missing, build, run all tests, end with the count
	@$(MAKE) tests && $(MAKE) check-all
check-all: tests
	@rm -rf $(B)/results
	@tests/unit/run $(B); tests/e2e/run $(B); tests/e2e/container $(B); tests/e2e/uml $(B); \
	tests/e2e/qemu $(B); tests/tally $(B)
check-unit: $(UNIT) ; @tests/unit/run $(B) ## the unit tests only
check-e2e: all $(HELPERS) $(B)/fault ; @tests/e2e/run $(B) $(T) ## end-to-end; T="topic/name ..." picks
check-container: all $(HELPERS) ; @tests/e2e/container $(B) $(T) ## in a plain container
check-qemu: tests ; @tests/e2e/qemu $(B) $(T) ## what needs netem, on a real kernel in qemu
check-uml: tests ; @tests/e2e/uml $(B) $(T) ## on cgroup v2, in a user-mode-linux guest
check-faults: tests ## every system call of a launch made to fail
	@FAULTS=all SLOW=60 tests/e2e/run $(B) fault/launch fault/suite
check-suites: all $(HELPERS) ; @tests/suites/run $(B) $(T) ## suites of others
check-browser: all $(HELPERS) ## the HTML report in headless Chromium
	@tests/e2e/run -l browser $(B) report/html_in_browser report/html_many
check-uml-long: tests ## what takes minutes in a user-mode-linux guest
	@tests/e2e/uml $(B) memory/twelve_in_three memory/twelve_launched \
		memory/unknown_and_slow fair/three_runners fair/big_behind_growing
check-long: check asan ubsan distcheck check-suites check-faults check-uml-long check-browser ## everything that takes long
demo: deps ## forty unruly tests, naively and by isorun, side by side
	@$(MAKE) all $(B)/probe && tests/suites/demo/run $(B)
bench: all $(B)/probe ; @tests/bench/run $(B) $(T) ## beside bwrap, parallel, ctest

asan ubsan tsan: ## the unit tests under a sanitizer
	@$(MAKE) B=build/$@ SAN=$@ check-unit
coverage: ## the unit and end-to-end tests with gcov, lines per folder
	@$(MAKE) B=build/cov SAN=cov tests && tests/unit/run build/cov; \
	tests/e2e/run build/cov; tests/coverage build/cov
FUZZ := $(patsubst tests/fuzz/%.c,build/fuzz/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz: ## every parser under libFuzzer for FUZZ_TIME seconds (30)
	@$(MAKE) B=build/fuzz SAN=fuzz CC=clang $(FUZZ) && tests/fuzz/run build/fuzz $(FUZZ)
C_FILES = $(shell git ls-files '*.c' '*.h')
tidy: ; clang-tidy --quiet $(filter %.c,$(C_FILES)) -- $(ALL_CFLAGS) $(PKG_CFLAGS) ## clang-tidy
format: ; clang-format -i $(C_FILES) ## the sources as .clang-format has them
lint: all ; @tests/lint/run $(B) ## what STYLE asks and no compiler sees

# MODE SOURCE DESTINATION of everything installed, for install and uninstall.
define INSTALLED
755 $(B)/isorun $(BINDIR)/isorun
755 $(B)/isorun-full $(LIBEXECDIR)/isorun-full
644 $(B)/libisorun.a $(LIBDIR)/libisorun.a
755 $(B)/libisorun.so $(LIBDIR)/libisorun.so.$(VERSION)
644 $(PC) $(LIBDIR)/pkgconfig/isorun.pc
644 contrib/cmake/Isorun.cmake $(DATADIR)/cmake/Isorun.cmake
644 contrib/completions/isorun.bash $(PREFIX)/share/bash-completion/completions/isorun
644 contrib/completions/_isorun $(PREFIX)/share/zsh/site-functions/_isorun
644 contrib/completions/isorun.fish $(PREFIX)/share/fish/vendor_completions.d/isorun.fish
$(if $(filter yes,$(APPARMOR)),644 contrib/apparmor/isorun /etc/apparmor.d/isorun)
$(foreach f,$(wildcard include/isorun/*.h),644 $(f) $(INCDIR)/isorun/$(notdir $(f))$(NL))
$(foreach f,$(wildcard profiles/*.ini),644 $(f) $(DATADIR)/profiles/$(notdir $(f))$(NL))
$(foreach f,$(wildcard profiles/seccomp/*.ini),644 $(f) $(DATADIR)/profiles/seccomp/$(notdir $(f))$(NL))
$(foreach f,$(wildcard contrib/pytest/pytest_isorun/*.py),644 $(f) \
	$(DATADIR)/python/pytest_isorun/$(notdir $(f))$(NL))
$(foreach f,$(wildcard src/*/*.[1-8] profiles/*.[1-8] include/*/*.[1-8]),644 $(f) \
	$(MANDIR)/man$(patsubst .%,%,$(suffix $(f)))/$(notdir $(f))$(NL))
endef
define NL


endef
export INSTALLED
install: all ## APPARMOR=yes: its profile, too; honours DESTDIR, PREFIX, BINDIR, LIBDIR, LIBEXECDIR, DATADIR, MANDIR, INCDIR
	@printf '%s\n' "$$INSTALLED" | while read -r mode src dst; do test -z "$$mode" || \
		install -D -m$$mode $$src $(DESTDIR)$$dst || exit 1; done
	@ln -sf libisorun.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libisorun.so.0
	@ln -sf libisorun.so.0 $(DESTDIR)$(LIBDIR)/libisorun.so
uninstall: ## takes away what install put there, and our own folders
	@printf '%s\n' "$$INSTALLED" | while read -r mode src dst; do \
		test -z "$$mode" || rm -f "$(DESTDIR)$$dst"; done
	@rm -f $(DESTDIR)$(LIBDIR)/libisorun.so.0 $(DESTDIR)$(LIBDIR)/libisorun.so
	@rmdir --ignore-fail-on-non-empty $(wildcard $(addprefix $(DESTDIR), $(LIBEXECDIR) \
		$(DATADIR)/profiles/seccomp $(DATADIR)/profiles $(DATADIR)/cmake $(DATADIR) $(INCDIR)/isorun))
dist: ## build/isorun-VERSION.tar.gz of the last commit
	@mkdir -p build
	git archive --prefix=isorun-$(VERSION)/ -o build/isorun-$(VERSION).tar.gz HEAD
distcheck: dist ## unpack, build, check, install, uninstall; nothing may be left
	@tests/distcheck build/isorun-$(VERSION).tar.gz isorun-$(VERSION)
clean: ; rm -rf $(B) ## take $(B) away
help: ## this list
	@sed -n 's/^\([a-z][a-z0-9 -]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-17s %s\n", $$1, $$2 }'

-include $(shell find $(B)/src $(B)/musl $(B)/tests -name "*.d" 2>/dev/null)
