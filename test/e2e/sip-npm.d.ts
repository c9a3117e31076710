/** The part of the npm package `sip` that the tests use. */
declare module 'sip' {
  export interface Address {
    name?: string;
    uri: string;
    params: Record<string, string | undefined>;
  }

  export interface Message {
    method?: string;
    uri?: string;
    status?: number;
    reason?: string;
    headers: {
      to: Address;
      from: Address;
      'call-id': string;
      cseq: { method: string; seq: number };
      contact?: Address[];
      'record-route'?: Address[];
      route?: Address[];
      [name: string]: unknown;
    };
    content?: string;
  }

  export interface Stack {
    send(message: Message, onResponse?: (response: Message) => void): void;
    destroy(): void;
  }

  const sip: {
    create(
      options: {
        address: string;
        port: number;
        hostname?: string;
        publicAddress?: string;
        tcp?: boolean;
        udp?: boolean;
      },
      onRequest: (request: Message) => void,
    ): Stack;
    makeResponse(request: Message, status: number, reason?: string): Message;
  };
  export default sip;
}
