/**
 * Request targets whose path proxy and service could read in two ways: dot segments, empty segments, escaped dots and
 * separators, backslashes. For proxies that choose by the resolved path and hand on the raw one; without regard to case.
 */
export const AMBIGUOUS_TARGET: string = String.raw`^[^?]*(?:/[.]{1,2}(?:[/?]|$)|//|[\x5c]|%2[ef]|%5c)`
