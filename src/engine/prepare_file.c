/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prepare_file.h"

#include <inttypes.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/proc.h"

/* FNV-1a, for file names only: the profile's name stands in the file as well. */
static uint64_t hash_text(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

char *prepared_path(const char *runtime_dir, const char *profile)
{
	struct buf b = BUF_INIT;
	char *path = NULL;

	buf_addf(&b, "%s/prepared-%016" PRIx64, runtime_dir, hash_text(profile));
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

void prepared_stamp(struct buf *b, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		buf_addf(b, "absent %s\n", path);
	else
		buf_addf(b, "file %" PRId64 " %" PRId64 " %" PRIu64 " %s\n",
			 st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
			 (int64_t)st.st_size, (uint64_t)st.st_ino, path);
}
