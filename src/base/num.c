/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/time.h"

/* 10^18 parts of a whole times the largest unit, 2^60, stays below 2^120. */
__extension__ typedef unsigned __int128 wide;
#define FRACTION_DIGITS 18
#define FRACTION_ONE UINT64_C(1000000000000000000)

struct decimal {
	uint64_t whole;
	uint64_t fraction; /* of FRACTION_ONE */
	int fraction_digits;
};

/* Not isdigit(3), which asks the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int read_digits(const char **s, uint64_t *ret)
{
	const char *p = *s;
	uint64_t n = 0;
	if (!is_digit(*p))
		return -EINVAL;
	bool too_large = false;
	for (; is_digit(*p); p++)
		too_large |= __builtin_mul_overflow(n, UINT64_C(10), &n) ||
			     __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n);
	/* The digits are consumed all the same: "99999999999999999999x" is no
	 * number, rather than one that is too large. */
	*s = p;
	*ret = n;
	return too_large ? -ERANGE : 0;
}

/* Digits, and a '.' with at least one more where there is one. */
static int read_decimal(const char **s, struct decimal *ret)
{
	struct decimal d = { 0 };
	int r = read_digits(s, &d.whole);
	if (r == -EINVAL)
		return r;
	if (**s == '.') {
		const char *p = *s + 1;
		if (!is_digit(*p))
			return -EINVAL;
		for (; is_digit(*p); p++) {
			if (++d.fraction_digits > FRACTION_DIGITS)
				r = -ERANGE;
			else
				d.fraction = d.fraction * 10 + (uint64_t)(*p - '0');
		}
		for (int i = d.fraction_digits; i < FRACTION_DIGITS; i++)
			d.fraction *= 10;
		*s = p;
	}
	*ret = d;
	return r;
}

/* Rounds down what is below one of the result's unit. */
static int scale(const struct decimal *d, uint64_t unit, uint64_t max, uint64_t *ret)
{
	wide v = (wide)d->whole * unit + (wide)d->fraction * unit / FRACTION_ONE;
	if (v > max)
		return -ERANGE;
	*ret = (uint64_t)v;
	return 0;
}

int num_parse_u64(const char *s, uint64_t *ret)
{
	uint64_t n = 0;
	int r = read_digits(&s, &n);
	if (*s)
		return -EINVAL;
	if (r == 0)
		*ret = n;
	return r;
}

int num_parse_i64(const char *s, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t n = 0;
	int r = num_parse_u64(s + negative, &n);
	if (r < 0)
		return r;
	if (n > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*ret = negative ? (int64_t)(0 - n) : (int64_t)n;
	return 0;
}

int num_parse_uint(const char *s, unsigned *ret)
{
	uint64_t n = 0;
	int r = num_parse_u64(s, &n);
	if (r < 0)
		return r;
	if (n > UINT_MAX)
		return -ERANGE;
	*ret = (unsigned)n;
	return 0;
}

int num_parse_milli(const char *s, uint32_t *ret_milli)
{
	struct decimal d;
	uint64_t n = 0;
	int r = read_decimal(&s, &d);
	if (*s || r == -EINVAL)
		return -EINVAL;
	if (r == 0 && d.fraction_digits > 3)
		r = -ERANGE;
	if (r == 0)
		r = scale(&d, 1000, UINT32_MAX, &n);
	if (r == 0)
		*ret_milli = (uint32_t)n;
	return r;
}

static const char size_letters[] = "KMGTPE"; /* letter i: 2^(10 * (i + 1)) bytes */

/* Cuts the unit off *s; 0 when there is none that is known. */
static uint64_t read_size_unit(const char **s)
{
	const char *p = *s;
	uint64_t unit = 1;
	if (*p) {
		char letter = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		const char *at = strchr(size_letters, letter);
		if (at) {
			unit <<= 10 * (at - size_letters + 1);
			p++;
			if (*p == 'i' && (p[1] == 'B' || p[1] == 'b'))
				p++;
		}
	}
	if (*p == 'B' || *p == 'b')
		p++;
	*s = p;
	return unit;
}

int num_parse_size(const char *s, uint64_t *ret_bytes)
{
	struct decimal d;
	int r = read_decimal(&s, &d);
	if (r == -EINVAL)
		return r;
	uint64_t unit = read_size_unit(&s);
	/* Half a byte is a forgotten unit. */
	if (*s || (unit == 1 && d.fraction_digits > 0))
		return -EINVAL;
	return r < 0 ? r : scale(&d, unit, UINT64_MAX, ret_bytes);
}

/* Largest first: the order in which a time may name them. */
static const struct time_unit {
	const char *name;
	uint64_t ns;
} time_units[] = {
	{ "d", UINT64_C(86400) * NSEC_PER_SEC },
	{ "h", UINT64_C(3600) * NSEC_PER_SEC },
	{ "m", UINT64_C(60) * NSEC_PER_SEC },
	{ "s", NSEC_PER_SEC },
	{ "ms", NSEC_PER_MSEC },
	{ "us", NSEC_PER_USEC },
	{ "ns", 1 },
};

static size_t read_time_unit(const char **s)
{
	size_t n = strcspn(*s, "0123456789.");
	size_t i = 0;
	while (i < ARRAY_SIZE(time_units) && (strlen(time_units[i].name) != n ||
					      memcmp(*s, time_units[i].name, n) != 0))
		i++;
	*s += n;
	return i;
}

int num_parse_time(const char *s, int64_t *ret_ns)
{
	uint64_t sum = 0;
	size_t next_unit = 0;
	int result = 0;
	const char *p = s;
	do {
		struct decimal d;
		uint64_t part;
		int r = read_decimal(&p, &d);
		if (r == -EINVAL)
			return r;
		bool bare = next_unit == 0 && !*p;
		size_t unit = bare ? 3 : read_time_unit(&p);
		/* Each unit once, from large to small, a fraction only in the last:
		 * "1h1h" and "1.5h30m" are slips. */
		if (unit == ARRAY_SIZE(time_units) || unit < next_unit ||
		    (d.fraction_digits > 0 && *p))
			return -EINVAL;
		next_unit = unit + 1;
		if (r == 0)
			r = scale(&d, time_units[unit].ns, INT64_MAX, &part);
		if (r == 0 && (__builtin_add_overflow(sum, part, &sum) || sum > INT64_MAX))
			r = -ERANGE;
		if (r < 0)
			result = r;
	} while (*p);
	if (result == 0)
		*ret_ns = (int64_t)sum;
	return result;
}

const char *num_format_size(char text[NUM_TEXT], uint64_t bytes)
{
	size_t power = 0;
	while (power < strlen(size_letters) && bytes >> (10 * power) >= 1024)
		power++;
	uint64_t unit = UINT64_C(1) << (10 * power);
	uint64_t whole = bytes / unit;
	uint64_t rest = bytes % unit;
	if (rest > 0 && whole < 100) {
		uint64_t tenths = (uint64_t)(((wide)bytes * 10 + unit / 2) / unit);
		if (tenths < 1000) {
			snprintf(text, NUM_TEXT, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10,
				 tenths % 10, size_letters[power - 1]);
			return text;
		}
	}
	whole += unit > 1 && rest >= unit / 2;
	if (whole == 1024 && power < strlen(size_letters)) {
		whole = 1;
		power++;
	}
	if (power == 0)
		snprintf(text, NUM_TEXT, "%" PRIu64, whole);
	else
		snprintf(text, NUM_TEXT, "%" PRIu64 "%c", whole, size_letters[power - 1]);
	return text;
}

static uint64_t round_to(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit >= unit - unit / 2);
}

const char *num_format_time(char text[NUM_TEXT], int64_t ns)
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t n = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	uint64_t us = round_to(n, NSEC_PER_USEC);
	uint64_t ms = round_to(n, NSEC_PER_MSEC);
	uint64_t tenths = round_to(n, NSEC_PER_SEC / 10);
	uint64_t seconds = round_to(n, NSEC_PER_SEC);
	uint64_t minutes = round_to(n, 60 * NSEC_PER_SEC);
	/* Each range is asked of the rounded figure, so that 59.97 s is not "60.0s". */
	if (us > 0 && us < 1000)
		snprintf(text, NUM_TEXT, "%s%" PRIu64 "us", sign, us);
	else if (ms < 1000)
		snprintf(text, NUM_TEXT, "%s%" PRIu64 "ms", us ? sign : "", ms);
	else if (tenths < 600)
		snprintf(text, NUM_TEXT, "%s%" PRIu64 ".%" PRIu64 "s", sign, tenths / 10,
			 tenths % 10);
	else if (seconds < 3600)
		snprintf(text, NUM_TEXT, "%s%" PRIu64 "m%02" PRIu64 "s", sign, seconds / 60,
			 seconds % 60);
	else
		snprintf(text, NUM_TEXT, "%s%" PRIu64 "h%02" PRIu64 "m", sign, minutes / 60,
			 minutes % 60);
	return text;
}
