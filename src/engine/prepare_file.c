/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prepare_file.h"

#include <inttypes.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/proc.h"
#include "base/time.h"

/* File times move in steps of the kernel's clock tick, 10 ms at most. */
#define CLOCK_STEP_NS INT64_C(20000000)

/* FNV-1a, for file names only: the profile's name stands in the file as well. */
static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

char *prepared_path(const char *runtime_dir, const struct prepare_wish *wish)
{
	struct buf b = BUF_INIT;
	uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), wish->profile);
	char *path = NULL;

	if (wish->policy)
		hash = hash_text(hash_text(hash, "\n"), wish->policy);
	hash = hash_text(hash_text(hash, "\n"), wish->searched);
	buf_addf(&b, "%s/prepared-%016" PRIx64, runtime_dir, hash);
	if (buf_finish(&b, &path) < 0)
		return NULL;
	return path;
}

void prepared_head(struct buf *b)
{
	char boot[37] = "";

	(void)proc_boot_id(boot);
	buf_addf(b, "isorun-prepared %d %s %s\n", PREPARED_FORMAT, ISORUN_VERSION, boot);
}

static int64_t timespec_ns(const struct timespec *t)
{
	return t->tv_sec * NSEC_PER_SEC + t->tv_nsec;
}

static bool is_new(const struct stat *st)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return timespec_ns(&now) - timespec_ns(&st->st_ctim) < CLOCK_STEP_NS;
}

void prepared_stamp(struct buf *b, const char *path, bool *ret_new)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		buf_addf(b, "absent %s\n", path);
		return;
	}
	buf_addf(b, "file %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu64 " %s\n",
		 timespec_ns(&st.st_mtim), timespec_ns(&st.st_ctim), (int64_t)st.st_size,
		 (uint64_t)st.st_ino, path);
	if (ret_new && is_new(&st))
		*ret_new = true;
}

void prepared_tie(struct prepared *p)
{
	p->spec.filter_of = p->policy;
	p->spec.filter = p->bpf;
	p->spec.filter_bytes = p->bpf_bytes;
}
