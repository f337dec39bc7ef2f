"""Arithmetic of amounts in kernels: 128 bits without a sign, as a high and a low half.

Every function takes and gives halves of 64 bits. Nothing is rounded but where `share` says so.
"""

from typing import Any

import numpy as np

from sanctrail.ground.kernel import bare

ZERO = np.uint64(0)
ONE = np.uint64(1)
_TOP = np.uint64(63)
_BITS = 64
_EXACT = np.uint64(1 << 52)
"""Below it a floating-point quotient is off by less than two, which a remainder shows."""


@bare
def add(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Return a + b, and whether 128 bits did not hold it."""
    low = al + bl
    carry = ONE if low < al else ZERO
    high = ah + bh
    over = high < ah
    high += carry
    return high, low, over or high < carry


@bare
def sub(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Return a - b; a is not less than b."""
    borrow = ONE if al < bl else ZERO
    return ah - bh - borrow, al - bl


@bare
def less(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Tell whether a is less than b."""
    return ah < bh or (ah == bh and al < bl)


@bare
def least(ah: Any, al: Any, bh: Any, bl: Any) -> Any:
    """Return the smaller of two."""
    if ah < bh or (ah == bh and al < bl):
        return ah, al
    return bh, bl


@bare
def share(ah: Any, al: Any, bh: Any, bl: Any, ch: Any, cl: Any) -> Any:
    """Return floor(a × b ÷ c) for a and b of at most c; 0 where c is 0."""
    if (ah | al) == ZERO or (bh | bl) == ZERO:
        return ZERO, ZERO
    if ah == ch and al == cl:
        return bh, bl
    if bh == ch and bl == cl:
        return ah, al
    if ch == ZERO and cl < _EXACT:
        return ZERO, _short_share(al, bl, cl)
    return _long_share(ah, al, bh, bl, ch, cl)


@bare
def _short_share(a: Any, b: Any, c: Any) -> Any:
    """Estimate the quotient, then mend it by its remainder, which 64 bits hold."""
    quotient = np.uint64(np.float64(a) * np.float64(b) / np.float64(c))
    rest = np.int64(a * b - quotient * c)
    step = np.int64(c)
    while rest < 0:
        quotient -= ONE
        rest += step
    while rest >= step:
        quotient += ONE
        rest -= step
    return quotient


@bare
def _long_share(ah: Any, al: Any, bh: Any, bl: Any, ch: Any, cl: Any) -> Any:
    """Multiply and divide bit by bit of b: the remainder stays below c, so nothing overflows."""
    qh, ql, rh, rl = ZERO, ZERO, ZERO, ZERO
    for half in range(2):
        bits = bh if half == 0 else bl
        if half == 0 and bits == ZERO:
            continue
        for _ in range(_BITS):
            qh = (qh << ONE) | (ql >> _TOP)
            ql <<= ONE
            over = rh >> _TOP
            rh = (rh << ONE) | (rl >> _TOP)
            rl <<= ONE
            if over or not less(rh, rl, ch, cl):
                rh, rl = sub(rh, rl, ch, cl)
                ql |= ONE
            if bits >> _TOP:
                rh, rl, more = add(rh, rl, ah, al)
                if more or not less(rh, rl, ch, cl):
                    rh, rl = sub(rh, rl, ch, cl)
                    qh, ql, _ = add(qh, ql, ZERO, ONE)
            bits <<= ONE
    return qh, ql


@bare
def whole_share(a: Any, b: Any, c: Any) -> Any:
    """Return floor(a × b ÷ c) of whole numbers of 63 bits, for a and b of at most c."""
    if a == 0 or b == 0:
        return 0
    if a == c:
        return b
    _, low = share(ZERO, np.uint64(a), ZERO, np.uint64(b), ZERO, np.uint64(c))
    return np.int64(low)
