/**
 * Request targets whose path proxy and service could read in two ways: dot segments (with parameters too, `/..;/`), empty
 * segments, backslashes, dots and separators that are escaped once or more. For proxies that choose by the resolved path
 * and hand on the raw one; without regard to case.
 */
export const AMBIGUOUS_TARGET: string = String.raw`^[^?]*(?:/[.]{1,2}(?:[/?#;]|%(?:25)*3b|$)|//|[\x5c]|%(?:25)*(?:2[ef]|5c))`
