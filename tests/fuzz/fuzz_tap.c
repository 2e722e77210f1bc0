/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the reader of TAP, whole and in pieces: both must end alike. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "suite/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	/* The first byte says how long the pieces are. */
	const size_t piece = size ? data[0] % 61 + 1 : 1;
	struct tap whole;
	struct tap pieces;

	tap_init(&whole);
	tap_feed(&whole, text, size);
	tap_init(&pieces);
	for (size_t at = 0; at < size; at += piece)
		tap_feed(&pieces, text + at, size - at < piece ? size - at : piece);
	const enum tap_verdict a = tap_end(&whole);
	const enum tap_verdict b = tap_end(&pieces);
	assert(a == b && whole.ran == pieces.ran && whole.failed == pieces.failed);
	assert(strcmp(whole.detail, pieces.detail) == 0);
	assert(memchr(whole.detail, '\0', sizeof(whole.detail)));
	assert(a != TAP_FAILED || whole.detail[0]);
	return 0;
}
