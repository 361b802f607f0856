const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/**
 * The proxy settings among the build arguments, which need no ARG.
 *
 * @returns `NAME=value`, each in upper and lower case
 * @source buildkit, proxyEnvFromBuildArgs
 */
export function proxyVariables(buildArgs: ReadonlyMap<string, string>): readonly string[] {
  return PROXIES.flatMap((proxy) => {
    // Of several spellings the last in order counts, which is the one in lower case.
    const name = [...buildArgs.keys()].toSorted().findLast((candidate) => candidate.toUpperCase() === proxy);
    const value = name === undefined ? '' : (buildArgs.get(name) ?? '');
    return value === '' ? [] : [`${proxy}=${value}`, `${proxy.toLowerCase()}=${value}`];
  });
}
