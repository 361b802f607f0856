import { connect } from 'node:net';

/** @source draft-ietf-sshm-ssh-agent, "Protocol numbers" */
const message = { failure: 5, requestIdentities: 11, signRequest: 13 } as const;
const LENGTH_BYTES = 4;
const LONGEST_BYTES = 256 * 1024;
/** An agent may ask its user to confirm. */
const TIMEOUT_MS = 10 * 60 * 1000;

const FAILURE: Uint8Array = Uint8Array.of(0, 0, 0, 1, message.failure);

/**
 * Passes a request on to an SSH agent, if it lists keys or signs: a build neither adds nor removes keys.
 *
 * @param socketPath - of the agent
 * @param request - a whole message
 * @returns the agent's answer
 * @source moby/buildkit session/sshforward/sshprovider/agentprovider.go (readOnlyAgent)
 */
export async function askAgent(socketPath: string, request: Uint8Array): Promise<Uint8Array> {
  const type = request[LENGTH_BYTES];
  if (type !== message.requestIdentities && type !== message.signRequest) return FAILURE;
  const socket = connect(socketPath);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the agent does not answer')));
  try {
    socket.write(request);
    let answer: Buffer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk as Buffer]);
      if (answer.length < LENGTH_BYTES) continue;
      const length = answer.readUInt32BE(0);
      if (length > LONGEST_BYTES) throw new Error('the agent answers too much');
      if (answer.length >= LENGTH_BYTES + length) return answer.subarray(0, LENGTH_BYTES + length);
    }
    throw new Error('the agent ends the connection');
  } finally {
    socket.destroy();
  }
}
