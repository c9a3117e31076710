/** Why a request got no answer, in the numbers that scripts know from libcurl. */
export const CurlCode = {
  UNSUPPORTED_PROTOCOL: 1,
  URL_MALFORMAT: 3,
  COULDNT_RESOLVE_PROXY: 5,
  COULDNT_RESOLVE_HOST: 6,
  COULDNT_CONNECT: 7,
  WEIRD_SERVER_REPLY: 8,
  PARTIAL_FILE: 18,
  WRITE_ERROR: 23,
  OUT_OF_MEMORY: 27,
  OPERATION_TIMEDOUT: 28,
  SSL_CONNECT_ERROR: 35,
  BAD_FUNCTION_ARGUMENT: 43,
  INTERFACE_FAILED: 45,
  TOO_MANY_REDIRECTS: 47,
  GOT_NOTHING: 52,
  SEND_ERROR: 55,
  RECV_ERROR: 56,
  SSL_CERTPROBLEM: 58,
  SSL_CIPHER: 59,
  PEER_FAILED_VERIFICATION: 60,
  SSL_CACERT_BADFILE: 77,
} as const;

const TEXTS: Readonly<Record<number, string>> = {
  0: 'No error',
  1: 'Unsupported protocol',
  2: 'Failed initialization',
  3: 'URL using bad/illegal format or missing URL',
  5: "Couldn't resolve proxy name",
  6: "Couldn't resolve host name",
  7: "Couldn't connect to server",
  8: 'Weird server reply',
  18: 'Transferred a partial file',
  22: 'HTTP response code said error',
  23: 'Failed writing received data to disk/application',
  27: 'Out of memory',
  28: 'Timeout was reached',
  35: 'SSL connect error',
  43: 'A libcurl function was given a bad argument',
  45: 'Failed binding local connection end',
  47: 'Number of redirects hit maximum amount',
  52: 'Server returned nothing (no headers, no data)',
  55: 'Failed sending data to the peer',
  56: 'Failure when receiving data from the peer',
  58: 'Problem with the local SSL certificate',
  59: "Couldn't use specified SSL cipher",
  60: 'SSL peer certificate or SSH remote key was not OK',
  77: 'Problem with the SSL CA cert (path? access rights?)',
};

/** What a return code of a request means. */
export function curlText(code: number): string {
  if (code > 99) return 'HTTP result code';
  if (code < 0) return 'Bad CURL error code';
  return TEXTS[code] ?? 'Unknown error';
}

const BY_ERRNO: Readonly<Record<string, number>> = {
  ECONNREFUSED: CurlCode.COULDNT_CONNECT,
  EHOSTUNREACH: CurlCode.COULDNT_CONNECT,
  ENETUNREACH: CurlCode.COULDNT_CONNECT,
  ETIMEDOUT: CurlCode.COULDNT_CONNECT,
  EACCES: CurlCode.COULDNT_CONNECT,
  EADDRNOTAVAIL: CurlCode.INTERFACE_FAILED,
  ENOTFOUND: CurlCode.COULDNT_RESOLVE_HOST,
  EAI_AGAIN: CurlCode.COULDNT_RESOLVE_HOST,
  EAI_FAIL: CurlCode.COULDNT_RESOLVE_HOST,
  ECONNRESET: CurlCode.RECV_ERROR,
  EPIPE: CurlCode.SEND_ERROR,
  ERR_INVALID_CHAR: CurlCode.BAD_FUNCTION_ARGUMENT,
  ERR_UNESCAPED_CHARACTERS: CurlCode.URL_MALFORMAT,
  HPE_INVALID_CONSTANT: CurlCode.UNSUPPORTED_PROTOCOL,
  HPE_CLOSED_CONNECTION: CurlCode.PARTIAL_FILE,
  HPE_HEADER_OVERFLOW: CurlCode.RECV_ERROR,
  ERR_OSSL_NO_CIPHERS_AVAILABLE: CurlCode.SSL_CIPHER,
};

/** Reasons of OpenSSL for not trusting a certificate, besides those with CERT in their names. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|ALTNAME|HOSTNAME_MISMATCH|CRL/;

/** The code of an error of Node.js. `got`: some of the answer was there already. */
export function curlCodeOf(error: Error, got: boolean): number {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ECONNRESET' && /hang up/.test(error.message)) return got ? CurlCode.PARTIAL_FILE : CurlCode.GOT_NOTHING;
  if (code === 'ECONNRESET' && /before secure TLS/.test(error.message)) return CurlCode.SSL_CONNECT_ERROR;
  const known = BY_ERRNO[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return CurlCode.WEIRD_SERVER_REPLY;
  if (/_PEM_|_ASN1_|_X509_KEY/.test(code)) return CurlCode.SSL_CERTPROBLEM;
  if (/CIPHER/.test(code)) return CurlCode.SSL_CIPHER;
  if (UNTRUSTED.test(code)) return CurlCode.PEER_FAILED_VERIFICATION;
  if (/^(?:ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/.test(code)) return CurlCode.SSL_CONNECT_ERROR;
  return CurlCode.RECV_ERROR;
}
