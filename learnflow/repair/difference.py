"""Where a program differs from another that it was made of."""


def difference(base: str, code: str) -> tuple[int, int, str]:
    """Return how many characters are the same at the beginning and at the end, and what stands between."""
    start = common_start(base, code)
    most = min(len(base), len(code)) - start
    end = min(most, common_start(base[::-1], code[::-1]))
    return start, end, code[start : len(code) - end]


def common_start(first: str, second: str) -> int:
    """Return with how many of the same characters two texts begin."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))
