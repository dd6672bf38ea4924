declare const JAEGIS_VERSION: string | undefined;

/** Of the package, put in at build time; run from source it is a development version. */
export const version = typeof JAEGIS_VERSION === 'string' ? JAEGIS_VERSION : '0.0.0-dev';
