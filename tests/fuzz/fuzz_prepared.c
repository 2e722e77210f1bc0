/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the cache of prepared bytes, behind a first line that holds. */
#include "fuzz_file.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "engine/prepare_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct prepare_wish wish = { "default", NULL, "/x" };
	_cleanup_free_
	char *path = prepared_path(fuzz_make_dir(), &wish);
	_cleanup_buf_
	struct buf head = BUF_INIT;
	struct prepared p = { 0 };

	if (!path)
		return 0;
	if (size && data[0] % 8)
		prepared_head(&head);
	fuzz_write(path, buf_str(&head), head.len, data, size);
	if (prepared_load(fuzz_dir, &wish, &p) == 0) {
		assert(p.bpf && p.lo_up);
		prepared_fini(&p);
	}
	return 0;
}
