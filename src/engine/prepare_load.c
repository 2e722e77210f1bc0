/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prepare_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/str.h"

enum { FILE_MAX = 1 << 20 };

struct reader {
	char *at;
	char *end;
};

/* The next line, NUL in place of its newline; NULL at the end. */
static char *next_line(struct reader *r)
{
	char *line = r->at;
	char *nl = memchr(line, '\n', (size_t)(r->end - line));

	if (!nl)
		return NULL;
	*nl = '\0';
	r->at = nl + 1;
	return line;
}

/* What follows "WORD ", or NULL when the line is another one. */
static char *after(char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

/* The stamp of the path in this line, made anew, must be the same line. */
static bool still_true(const char *line, const char *path)
{
	_cleanup_buf_ struct buf now = BUF_INIT;

	prepared_stamp(&now, path, NULL);
	return now.len == strlen(line) + 1 && strncmp(buf_str(&now), line, strlen(line)) == 0;
}

static bool stamp_holds(const char *line)
{
	const char *path = strchr(line, '/');

	return path && still_true(line, path);
}

static int apply_spec(struct spec *spec, char *entry)
{
	char *key = strchr(entry, ' ');
	if (!key)
		return -EINVAL;
	*key++ = '\0';
	char *value = strchr(key, ' ');
	if (!value)
		return -EINVAL;
	*value++ = '\0';
	return spec_set(spec, entry, key, value, "prepared", NULL);
}

static int take_blob(struct reader *r, const char *size_text, void **ret, size_t *ret_bytes)
{
	uint64_t size;

	if (num_parse_u64(size_text, &size) < 0 || size > (uint64_t)(r->end - r->at))
		return -EINVAL;
	char *copy = malloc(size + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, r->at, size);
	copy[size] = '\0';
	r->at += size;
	free(*ret); /* of a file that says it twice */
	*ret = copy;
	*ret_bytes = size;
	return 0;
}

static int take_place(struct reader *r, const char *size_text, struct prepared *p)
{
	void *blob = NULL;
	size_t bytes;
	int code = take_blob(r, size_text, &blob, &bytes);

	cg_place_fini(&p->place);
	if (code == 0)
		code = cg_place_from_text(blob, &p->place);
	free(blob);
	return code;
}

/* The spec knows its name as one that was just resolved does. */
static int take_profile(struct spec *spec, const char *found, const char *wanted)
{
	if (!str_eq(found, wanted))
		return -ENOENT;
	free(spec->profile);
	spec->profile = strdup(wanted);
	return spec->profile ? 0 : -ENOMEM;
}

/* One line after the head; 1 at the end. */
static int take_line(struct reader *r, char *line, const struct prepare_wish *wish,
		     struct prepared *p)
{
	char *rest;

	if ((rest = after(line, "spec")))
		return apply_spec(&p->spec, rest);
	if (after(line, "file") || after(line, "absent"))
		return stamp_holds(line) ? 0 : -ENOENT;
	if ((rest = after(line, "profile")))
		return take_profile(&p->spec, rest, wish->profile);
	if ((rest = after(line, "policy")))
		return str_eq(rest, wish->policy ? wish->policy : "-") ? 0 : -ENOENT;
	if ((rest = after(line, "searched")))
		return str_eq(rest, wish->searched) ? 0 : -ENOENT;
	if ((rest = after(line, "place")))
		return take_place(r, rest, p);
	if ((rest = after(line, "bpf")))
		return take_blob(r, rest, &p->bpf, &p->bpf_bytes);
	if ((rest = after(line, "lo")))
		return take_blob(r, rest, &p->lo_up, &p->lo_up_bytes);
	return str_eq(line, "end") ? 1 : -EINVAL;
}

static bool head_holds(const char *line)
{
	_cleanup_buf_ struct buf now = BUF_INIT;

	prepared_head(&now);
	return now.len == strlen(line) + 1 && strncmp(buf_str(&now), line, strlen(line)) == 0;
}

/* Our cgroup is where it was: what is above us decides the budget. */
static bool same_cgroup(const struct cg_place *place)
{
	char text[4096];
	ssize_t n = fs_read_small_at(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text));

	if (n < 0 || !place->self)
		return n < 0 && !place->self;
	size_t len = strlen(place->self);
	while (len && place->self[len - 1] == '\n')
		len--;
	if ((size_t)n != len || strncmp(place->self, text, len) != 0)
		return false;
	/* Inside a sandbox with a cgroup namespace the path may be the same, but the
	 * groups are read-only there. */
	return place->version == CG_NONE || access(place->memory_dir, W_OK) == 0;
}

/* A policy other than "off" has whole instructions. */
static bool holds_filter(struct prepared *p)
{
	if (str_eq(p->spec.seccomp, "off"))
		return !p->bpf_bytes;
	p->policy = strdup(p->spec.seccomp);
	return p->policy && p->bpf_bytes && p->bpf_bytes % sizeof(struct sock_filter) == 0;
}

static int parse(struct reader *r, const struct prepare_wish *wish, struct prepared *p)
{
	char *line = next_line(r);
	if (!line || !head_holds(line))
		return -ENOENT;
	int code;
	do {
		line = next_line(r);
		code = line ? take_line(r, line, wish, p) : -EINVAL;
	} while (code == 0);
	if (code < 0)
		return code;
	if (!holds_filter(p))
		return -ENOENT;
	return p->lo_up && same_cgroup(&p->place) ? 0 : -ENOENT;
}

/* Whatever the bytes say is done with our rights, so they must be ours. */
static int read_own(const char *path, char **ret_text, size_t *ret_len)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & 022) || !S_ISREG(st.st_mode) ||
	    st.st_size <= 0 || st.st_size > FILE_MAX)
		return -EPERM;
	char *text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	ssize_t n = read(fd, text, (size_t)st.st_size);
	if (n != st.st_size) {
		free(text);
		return -EIO;
	}
	text[n] = '\0';
	*ret_text = text;
	*ret_len = (size_t)n;
	return 0;
}

int prepared_load(const char *runtime_dir, const struct prepare_wish *wish, struct prepared *ret)
{
	_cleanup_free_ char *path = prepared_path(runtime_dir, wish);
	_cleanup_free_ char *text = NULL;
	struct prepared p = { 0 };
	size_t len = 0;

	if (!path || read_own(path, &text, &len) < 0)
		return -ENOENT;
	if (spec_init(&p.spec) < 0)
		return -ENOENT;
	struct reader r = { .at = text, .end = text + len };
	if (parse(&r, wish, &p) < 0) {
		prepared_fini(&p);
		return -ENOENT;
	}
	prepared_tie(&p);
	*ret = p;
	return 0;
}

void prepared_fini(struct prepared *p)
{
	spec_fini(&p->spec);
	cg_place_fini(&p->place);
	free(p->policy);
	free(p->bpf);
	free(p->lo_up);
	*p = (struct prepared){ 0 };
}
