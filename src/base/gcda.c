/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .gcda file, in 32-bit words (gcc/gcov-io.h):
 *
 *   "gcda" VERSION STAMP [CHECKSUM]      the fourth since gcc 12
 *   TAG LENGTH data...                   any number; LENGTH in bytes since gcc 12, else in words
 *   0
 *
 * A function's record is empty where the program lacks the function, and has
 * its name's hash and two checksums where not; its counters follow, 64 bits
 * each.  A negative length stands for so many zeros.  Two programs that share
 * an object list the same functions in the same order.
 */
#include "base/gcda.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define MAGIC        0x67636461u
#define TAG_FUNCTION 0x01000000u
#define TAG_COUNTERS 0x01a10000u
#define TAG_OBJECT   0xa1000000u
#define TAG_PROGRAM  0xa3000000u

enum { KINDS = 10 };

struct gcda {
	const unsigned char *at;
	const unsigned char *end;
	unsigned major;       /* of the compiler: 12 */
};

struct record {
	uint32_t tag;         /* 0: the end */
	uint32_t length;      /* as it stands in the file */
	size_t bytes;
	const unsigned char *data;   /* NULL: zeros */
};

static uint32_t word_at(const unsigned char *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static uint64_t counter_at(const struct record *r, size_t i)
{
	uint64_t n = 0;

	if (r->data)
		memcpy(&n, r->data + i * sizeof(n), sizeof(n));
	return n;
}

/* "B22*" is 12.2, "408*" is 4.8. */
static unsigned major_of(uint32_t version)
{
	unsigned first = version >> 24;
	unsigned second = version >> 16 & 0xff;

	return first >= 'A' ? (first - 'A') * 10 + (second - '0') : first - '0';
}

static int open_gcda(struct gcda *g, const void *data, size_t bytes)
{
	g->at = data;
	g->end = g->at + bytes;
	if (bytes < 16 || word_at(g->at) != MAGIC)
		return -EINVAL;
	g->major = major_of(word_at(g->at + 4));
	return 0;
}

static size_t head_bytes(const struct gcda *g)
{
	return g->major >= 12 ? 16 : 12;
}

static int next_record(struct gcda *g, struct record *ret)
{
	const size_t unit = g->major >= 12 ? 1 : 4;
	size_t left = (size_t)(g->end - g->at);

	*ret = (struct record){ 0 };
	if (left < 4)
		return -EINVAL;
	ret->tag = word_at(g->at);
	if (!ret->tag)
		return 0;
	if (left < 8)
		return -EINVAL;
	ret->length = word_at(g->at + 4);
	g->at += 8;
	if ((int32_t)ret->length < 0) {
		ret->bytes = (size_t)-(int64_t)(int32_t)ret->length * unit;
		return 0;
	}
	ret->bytes = ret->length * unit;
	if (ret->bytes > left - 8)
		return -EINVAL;
	ret->data = g->at;
	g->at += ret->bytes;
	return 0;
}

static void put_word(struct buf *b, uint32_t w)
{
	buf_add(b, &w, sizeof(w));
}

static void put_head(struct buf *b, const struct gcda *g, uint32_t tag, size_t bytes)
{
	put_word(b, tag);
	put_word(b, (uint32_t)(g->major >= 12 ? bytes : bytes / 4));
}

static void put_record(struct buf *b, const struct record *r)
{
	put_word(b, r->tag);
	put_word(b, r->length);
	if (r->data)
		buf_add(b, r->data, r->bytes);
}

/* What becomes of the counters of one kind; the kinds that are no sums, such as
 * the most frequent values, only serve optimisation. */
static int combine_kind(unsigned major, uint32_t kind, uint64_t a, uint64_t b, bool subtract,
			uint64_t *ret)
{
	enum { SUM = 1, BITS, BITS_14 };
	static const unsigned char how[KINDS] = { SUM, SUM, SUM, 0, 0, SUM, BITS, 0, BITS_14,
						  BITS_14 };

	if (kind >= KINDS || !how[kind] || (how[kind] == BITS_14 && major < 14))
		return -ENOTSUP;
	if (how[kind] != SUM)
		*ret = subtract ? a : a | b;
	else if (subtract)
		*ret = a > b ? a - b : 0;
	else
		*ret = a + b;
	return 0;
}

static int combine_counters(const struct gcda *g, const struct record *a, const struct record *b,
			    bool subtract, struct buf *ret)
{
	const uint32_t kind = (a->tag - TAG_COUNTERS) >> 17;
	const size_t n = a->bytes / sizeof(uint64_t);

	if (a->bytes % sizeof(uint64_t))
		return -EINVAL;
	if (a->bytes != b->bytes)
		return -ESTALE;
	/* Of zeros there is no proof that the file holds so many. */
	if (!a->data && !b->data) {
		put_record(ret, a);
		return 0;
	}
	put_head(ret, g, a->tag, a->bytes);
	for (size_t i = 0; i < n; i++) {
		uint64_t sum;
		int r = combine_kind(g->major, kind, counter_at(a, i), counter_at(b, i), subtract,
				     &sum);
		if (r < 0)
			return r;
		buf_add(ret, &sum, sizeof(sum));
	}
	return 0;
}

/* The number of runs, and since gcc 9 the largest counter. */
static void combine_summary(const struct gcda *g, const struct record *a, const struct record *b,
			    bool subtract, struct buf *ret)
{
	const size_t runs_at = g->major >= 9 ? 0 : 8;

	put_word(ret, a->tag);
	put_word(ret, a->length);
	for (size_t at = 0; at + 4 <= a->bytes; at += 4) {
		uint32_t x = word_at(a->data + at);
		uint32_t y = b->bytes == a->bytes ? word_at(b->data + at) : 0;
		if (at == runs_at)
			x = subtract ? x - y : x + y;
		else if (at == 4 && g->major >= 9 && y > x)
			x = y;
		put_word(ret, x);
	}
}

static bool is_counters(uint32_t tag)
{
	return tag > TAG_FUNCTION && tag < TAG_OBJECT;
}

/* A function that only one of them has, with its counters. */
static int copy_function(struct gcda *g, const struct record *function, struct buf *ret)
{
	put_record(ret, function);
	for (;;) {
		struct gcda before = *g;
		struct record r;
		int code = next_record(g, &r);
		if (code < 0)
			return code;
		if (!is_counters(r.tag)) {
			*g = before;
			return 0;
		}
		put_record(ret, &r);
	}
}

static int combine_function(struct gcda *a, const struct record *of_a, struct gcda *b,
			    const struct record *of_b, bool subtract, struct buf *ret)
{
	struct buf nowhere = BUF_INIT;

	if (of_a->bytes == of_b->bytes) {
		if (of_a->bytes && memcmp(of_a->data, of_b->data, of_a->bytes) != 0)
			return -ESTALE;
		put_record(ret, of_a);
		return 0;
	}
	if (of_a->bytes && of_b->bytes)
		return -ESTALE;
	if (of_a->bytes)
		return copy_function(a, of_a, ret);
	if (!subtract)
		return copy_function(b, of_b, ret);
	put_record(ret, of_a);
	int r = copy_function(b, of_b, &nowhere);
	buf_free(&nowhere);
	return r;
}

static int combine_records(struct gcda *a, struct gcda *b, bool subtract, struct buf *ret)
{
	for (;;) {
		struct record x;
		struct record y;
		int r = next_record(a, &x);
		if (r == 0)
			r = next_record(b, &y);
		if (r < 0)
			return r;
		if (x.tag != y.tag)
			return -ESTALE;
		if (!x.tag)
			return 0;
		if (x.tag == TAG_FUNCTION)
			r = x.length > 64 || y.length > 64
				    ? -EINVAL
				    : combine_function(a, &x, b, &y, subtract, ret);
		else if (is_counters(x.tag))
			r = combine_counters(a, &x, &y, subtract, ret);
		else if ((x.tag == TAG_OBJECT || x.tag == TAG_PROGRAM) && x.data && y.data)
			combine_summary(a, &x, &y, subtract, ret);
		else
			return -ENOTSUP;
		if (r < 0)
			return r;
	}
}

int gcda_combine(const void *a, size_t a_bytes, const void *b, size_t b_bytes, bool subtract,
		 struct buf *ret)
{
	struct gcda x;
	struct gcda y;

	if (open_gcda(&x, a, a_bytes) < 0 || open_gcda(&y, b, b_bytes) < 0)
		return -EINVAL;
	/* Version and stamp: of one compilation. */
	if (memcmp(x.at, y.at, 12) != 0)
		return -ESTALE;
	buf_add(ret, x.at, head_bytes(&x));
	x.at += head_bytes(&x);
	y.at += head_bytes(&y);
	int r = combine_records(&x, &y, subtract, ret);
	if (r == 0)
		buf_add(ret, x.at, (size_t)(x.end - x.at));
	return r < 0 ? r : ret->error;
}
