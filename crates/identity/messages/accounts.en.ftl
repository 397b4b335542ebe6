# Asking for accounts, the counter, locking and closing.
idn0050 = There is no such account for a person of this age, or a parent or guardian has to ask for it after signing in.
idn0051 = Something in the application is not right: { $field }. Check it and send it again.
idn0052 = There is no such application at this counter. Call it up by its code or by the number.
idn0053 = Somebody has decided this application already.
idn0054 = The population register does not know this number, name and date of birth together. Compare them with the card.
idn0055 = The picture shows somebody else than the register means. Ask the person, and refuse if it stays so.
idn0056 = This word does not open an account: it is unknown, used or older than seven days. Ask for a new one at the counter.
idn0057 = The account does not stand so that this could be done. Look at it again.
idn0058 = Foreigners and organisations cannot be given accounts yet: no register of them is connected.
idn0059 = Give a reason, of 500 characters at most.
idn0060 = Applications for this number are waiting already. Go to the counter with one of their codes.
