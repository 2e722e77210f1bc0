/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, lists and releases in a ledger whose table holds garbage.  The input lies
 * over a sound table: first over its head, from the second page on over its
 * rows. */
#include "fuzz_file.h"

#include <errno.h>

#include "planner/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4096, HEAD_OF_INPUT = 64 };

static void use(struct ledger *l)
{
	struct iso_err err = ISO_ERR_INIT;
	const struct ledger_request request = { .mem_bytes = 1 << 20,
						.budget_bytes = 1 << 30,
						.title = "fuzz" };
	struct ledger_claim *claim = NULL;
	struct ledger_row *rows = NULL;
	size_t n;
	const int r = ledger_ask(l, &request, LEDGER_NOWAIT, &claim, &err);

	assert(r == 0 ? ledger_granted(claim) : r == -EAGAIN || err.text[0]);
	assert(r < 0 || ledger_mem_bytes(claim) <= request.budget_bytes);
	if (ledger_list(l, &rows, &n, &err) == 0) {
		for (size_t i = 0; i < n; i++)
			assert(memchr(rows[i].title, '\0', sizeof(rows[i].title)));
		free(rows);
	}
	ledger_release(claim);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger *l = NULL;
	struct iso_err err = ISO_ERR_INIT;
	char path[64];
	const size_t head = size < HEAD_OF_INPUT ? size : HEAD_OF_INPUT;

	snprintf(path, sizeof(path), "%s/table", fuzz_make_dir());
	unlink(path);
	assert(ledger_open(fuzz_dir, &l, NULL) == 0);
	ledger_close(l);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert(fd >= 0);
	/* Of the head no more than the first byte says: it is checked first. */
	if (head > 1 && data[0] < head)
		assert(pwrite(fd, data + 1, data[0], 0) == data[0]);
	assert(pwrite(fd, data + head, size - head, HEAD) == (ssize_t)(size - head));
	/* Rows are looked at below `high` only. */
	if (head && data[0] >= 128) {
		const uint32_t high = data[0] - 127u;
		assert(pwrite(fd, &high, sizeof(high), 12) == sizeof(high));
	}
	close(fd);
	if (ledger_open(fuzz_dir, &l, &err) < 0) {
		assert(err.text[0]);
		return 0;
	}
	use(l);
	ledger_close(l);
	return 0;
}
