import { handshakeRefusalOf } from './handshake-refusal';

describe('a handshake that the broker refuses', () => {
  it.each([
    [
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
      'amqp://ada:hunter2@host:5672/shop',
      'The broker at amqp://ada:***@host:5672/shop refuses the user or the password; correct AMQP_URL ' +
        '(ACCESS_REFUSED - Login was refused).',
    ],
    [
      'Expected ConnectionOpenOk; got <ConnectionClose channel:0>',
      'amqp://ada:hunter2@host/my%2Fshop',
      'The broker at amqp://ada:***@host/my%2Fshop refuses the virtual host "my/shop": it does not exist, the user ' +
        'has no permission in it, or its limit of connections is reached; correct AMQP_URL, or create it and grant the permission.',
    ],
    [
      'Expected ConnectionOpenOk; got <ConnectionClose channel:0>',
      'amqp://host',
      'The broker at amqp://host refuses the virtual host "/": it does not exist, the user has no permission in it, ' +
        'or its limit of connections is reached; ' +
        'correct AMQP_URL, or create it and grant the permission.',
    ],
  ])('(%s) is said in one sentence, without the password', (failure, url, sentence) => {
    expect(handshakeRefusalOf(failure, url)?.message).toBe(sentence);
  });

  it.each(['connect ECONNREFUSED 127.0.0.1:5672', 'Socket closed abruptly during opening handshake', '403'])(
    'is not what "%s" is: trying again may help',
    (failure) => {
      expect(handshakeRefusalOf(failure, 'amqp://host')).toBeUndefined();
    },
  );
});
