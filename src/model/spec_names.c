/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spec_value.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/str.h"

/* In the order of their bits in enum spec_ns. */
static const char *const ns_names[] = { "mount", "net", "pid", "ipc", "uts", "cgroup", "all" };
enum { NS_ALL_INDEX = ARRAY_SIZE(ns_names) - 1 };
static_assert(SPEC_NS_ALL == (1 << NS_ALL_INDEX) - 1, "every namespace has a name");

/* The kernel's numbers, include/uapi/linux/capability.h. */
static const char *const cap_names[] = {
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid",
	"setuid", "setpcap", "linux_immutable", "net_bind_service", "net_broadcast",
	"net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio",
	"sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write",
	"audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm",
	"block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
};
static_assert(ARRAY_SIZE(cap_names) == 41, "one name for each capability of Linux 5.9 to 6.18");

int spec_capability_number(const char *name)
{
	return spec_index(name, cap_names, ARRAY_SIZE(cap_names));
}

/* Names of namespaces and capabilities also come joined by commas, as options. */
static int split_names(const struct spec_entry *e, char ***ret_words)
{
	if (strv_split(e->value, " \t,", ret_words) < 0)
		return spec_no_memory(e);
	if (!*ret_words || !**ret_words)
		return spec_refuse(e, e->value, "expected %s", e->row->key.values);
	return 0;
}

int spec_set_caps(const struct spec_entry *e)
{
	_cleanup_strv_ char **words = NULL;
	int r = split_names(e, &words);

	for (size_t i = 0; r == 0 && words[i]; i++) {
		char *word = words[i];
		for (char *p = word; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (str_starts(word, "cap_"))
			word += strlen("cap_");
		e->spec->keep_caps_all = str_eq(word, "all");
		if (str_eq(word, "none") || e->spec->keep_caps_all)
			spec_list_empty(e);
		else if (spec_capability_number(word) < 0)
			r = spec_refuse_name(e, word, cap_names, ARRAY_SIZE(cap_names));
		else
			r = spec_list_add(e, word);
	}
	return r;
}

void spec_get_caps(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	if (s->keep_caps_all)
		buf_adds(b, "all");
	else
		spec_get_words(s, row, b);
}

static int read_namespaces(const struct spec_entry *e, unsigned *ret_mask, bool *ret_empties)
{
	_cleanup_strv_ char **words = NULL;
	int r = split_names(e, &words);
	unsigned mask = 0;

	if (r < 0)
		return r;
	const bool empties = str_eq(words[0], "none");
	for (size_t i = empties; words[i]; i++) {
		const int n = spec_index(words[i], ns_names, ARRAY_SIZE(ns_names));
		if (n < 0)
			return spec_refuse_name(e, words[i], ns_names, ARRAY_SIZE(ns_names));
		mask |= n == NS_ALL_INDEX ? SPEC_NS_ALL : 1u << n;
	}
	*ret_mask = mask;
	*ret_empties = empties;
	return 0;
}

/* The network's mode and its namespace are two views of one fact. */
static void store_namespaces(struct spec *s, unsigned mask)
{
	s->namespaces = mask;
	if (!(mask & SPEC_NS_NET))
		s->net = SPEC_NET_HOST;
	else if (s->net == SPEC_NET_HOST)
		s->net = SPEC_NET_LOOPBACK;
}

int spec_set_own(const struct spec_entry *e)
{
	unsigned mask;
	bool empties;
	const int r = read_namespaces(e, &mask, &empties);

	if (r < 0)
		return r;
	store_namespaces(e->spec, empties ? mask : e->spec->namespaces | mask);
	return 0;
}

int spec_set_share(const struct spec_entry *e)
{
	unsigned mask;
	bool empties;
	const int r = read_namespaces(e, &mask, &empties);

	if (r < 0)
		return r;
	store_namespaces(e->spec, (empties ? SPEC_NS_ALL : e->spec->namespaces) & ~mask);
	return 0;
}

static void put_namespaces(struct buf *b, unsigned mask)
{
	const char *blank = "";

	if (!mask)
		buf_adds(b, "none");
	for (unsigned i = 0; i < NS_ALL_INDEX; i++)
		if (mask & 1u << i) {
			buf_addf(b, "%s%s", blank, ns_names[i]);
			blank = " ";
		}
}

void spec_get_own(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	put_namespaces(b, s->namespaces);
}

void spec_get_share(const struct spec *s, const struct spec_row *row, struct buf *b)
{
	(void)row;
	put_namespaces(b, SPEC_NS_ALL & ~s->namespaces);
}
