# SPDX-License-Identifier: Apache-2.0
# isorun: `make help` lists the targets.  Objects go to $(B); the user's CFLAGS
# and LDFLAGS are only defaulted (STYLE G17).

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
MAKEFLAGS += --no-print-directory

GCC  := $(shell $(CC) --version 2>/dev/null | grep -qi clang || echo yes)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Wundef \
	$(if $(GCC),-Wjump-misses-init,-Wno-gnu-statement-expression) $(if $(WERROR),-Werror)
SAN_asan  := -fsanitize=address,undefined -fno-omit-frame-pointer
SAN_ubsan := -fsanitize=undefined -fno-sanitize-recover=undefined
SAN_tsan  := -fsanitize=thread
SAN_cov   := --coverage
HARDEN    := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Iinclude -Isrc -fPIC -fvisibility=hidden $(WARN) $(HARDEN) \
	-DISORUN_VERSION='"$(VERSION)"' -DISORUN_DATADIR='"$(DATADIR)"' \
	-DISORUN_LIBEXECDIR='"$(LIBEXECDIR)"' $(SAN_$(SAN)) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SAN_$(SAN)) $(LDFLAGS)

PKGS := libcgroup libseccomp libnl-3.0 libnl-route-3.0 inih sqlite3 jansson libxml-2.0
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)

# Top layer first: the order in which the archives are linked.
FOLDERS := cli suite engine sandbox cgroup planner history report model base
CORE    := engine sandbox cgroup planner model base
# What a folder's unit tests may link (src/LAYERS): itself and all below.
MAY_base := base
MAY_model := model base
MAY_cgroup := cgroup model base
MAY_planner := planner model base
MAY_history := history model base
MAY_report := report model base
MAY_sandbox := sandbox cgroup planner history report model base
MAY_engine := engine $(MAY_sandbox)
MAY_suite := suite $(MAY_engine)
MAY_cli := cli $(MAY_suite)

# Mains of programs stay out of their folder's archive.
MAINS := src/cli/front.c src/cli/main.c
srcs_of = $(filter-out $(MAINS),$(sort $(wildcard src/$(1)/*.c)))
archives = $(patsubst %,$(B)/lib%.a,$(1))
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

.PHONY: all
all: $(B)/isorun $(B)/isorun-full $(B)/libisorun.a $(B)/libisorun.so $(B)/isorun.pc

# The child of clone runs nothing that a tool might instrument (STYLE G9).
$(B)/src/sandbox/child_%.o: SAN =
$(B)/src/sandbox/child_%.o: HARDEN = -U_FORTIFY_SOURCE -fno-stack-protector

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

define archive
$(B)/lib$(1).a: $(patsubst %.c,$(B)/%.o,$(call srcs_of,$(1)))
	$$(call say,AR,$$@)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call archive,$(f))))

# `isorun` itself holds no library but libc, static where the machine has
# libc.a: that is what makes a launch cheap (DESIGN 7).  All else is in
# isorun-full, which it calls when there is more to do than to launch.
STATIC ?= $(if $(SAN),,$(shell echo 'int main(void){return 0;}' | \
	$(CC) -fPIC -static-pie -x c -o /dev/null - 2>/dev/null && echo -static-pie))
$(B)/isorun: $(B)/src/cli/front.o $(call archives,cli $(CORE))
	$(call say,LD,$@)
	$(Q)$(CC) $(if $(STATIC),$(filter-out -pie,$(ALL_LDFLAGS)) $(STATIC),$(ALL_LDFLAGS)) -o $@ $^
$(B)/isorun-full: $(B)/src/cli/main.o $(call archives,$(FOLDERS))
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

CORE_OBJS = $(foreach f,$(CORE),$(patsubst %.c,$(B)/%.o,$(call srcs_of,$(f))))
$(B)/libisorun.a: $(CORE_OBJS)
	$(call say,AR,$@)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(B)/libisorun.so: $(CORE_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,-soname,libisorun.so.0 -Wl,-z,relro,-z,now $(SAN_$(SAN)) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Unit tests: tests/unit/FOLDER/test_FILE.c, one program each.
UNIT_SRCS := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT      := $(UNIT_SRCS:tests/unit/%.c=$(B)/unit/%)
.SECONDEXPANSION:
$(B)/unit/%: $(B)/tests/unit/%.o $$(call archives,$$(MAY_$$(patsubst %/,%,$$(dir $$*))))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka
-include $(shell find $(B) -name '*.d' 2>/dev/null)
