//! Signs people, officers and machines in; issues tokens; publishes keys.
