/**
 * Flags that docker has and Boxer has not, and what to do instead. Written behind a flag that is not known, since fingers
 * remember them.
 */
export const dockerFlags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  build: {
    tag: 'An image is a file: name it with -o FILE.',
    t: 'An image is a file: name it with -o FILE.',
    quiet: 'The result goes to standard output, all else to standard error: add 2>/dev/null.',
    q: 'The result goes to standard output, all else to standard error: add 2>/dev/null.',
    push: 'Write an archive with --output type=oci,dest=FILE, and push that with skopeo or crane.',
    load: 'Write an archive with --output type=docker,dest=FILE, and give it to docker load.',
    network: 'RUN has no network: bring files in with ADD URL, COPY, or a base image that has them.',
    memory: 'Give RUN more with --policy FILE.',
    m: 'Give RUN more with --policy FILE.',
  },
  run: {
    name: 'Leave it out: boxes have no names.',
    detach: 'Put & behind the command: a box lives as long as its process.',
    d: 'Put & behind the command: a box lives as long as its process.',
    publish: 'Leave it out: a box has no network but loopback among its own programs.',
    p: 'Leave it out: a box has no network but loopback among its own programs.',
    network: 'Leave it out: a box has no network but loopback among its own programs.',
    net: 'Leave it out: a box has no network but loopback among its own programs.',
    mount: 'Write -v HOST:GUEST[:ro|rw], or --tmpfs DIR.',
    privileged: 'Leave it out: a box has no privileges to give.',
    'cap-add': 'Leave it out: a box has no privileges to give.',
    'cap-drop': 'Leave it out: a box has no privileges to give.',
    cpus: 'A box uses one processor; bound it with --fuel or --timeout.',
    platform: 'Leave it out: the image says what it is for.',
  },
};
