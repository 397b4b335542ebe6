# Mỗi mã lỗi của crate identity một câu.
idn0001 = Thông tin đăng nhập không đúng. Hãy kiểm tra lại số định danh (hoặc tên đăng nhập), mật khẩu và mã xác thực.
idn0002 = Bạn đã thử đăng nhập quá nhiều lần. Hãy thử lại sau { $seconds } giây.
idn0003 = Hãy nhập mã 6 số trên ứng dụng xác thực của bạn.
idn0004 = Mật khẩu phải có từ { $min } đến { $max } ký tự và không được dễ đoán.
idn0005 = Tài khoản mức độ 2 và tài khoản cán bộ phải có yếu tố xác thực thứ hai.
idn0006 = Tên đăng nhập này đã có người dùng.
idn0007 = Bạn không có quyền quản lý tài khoản.
idn0008 = Hệ thống đang có nhiều người đăng nhập. Hãy thử lại sau ít giây.
idn0009 = Tên đăng nhập không hợp lệ: công dân dùng số định danh cá nhân 12 số; cán bộ dùng 3 đến 64 chữ thường không dấu, số, dấu chấm, gạch nối.
idn0010 = Không có tài khoản này.
idn0011 = Không đọc được tệp khóa của hệ thống định danh.
idn0012 = Không mở được dữ liệu bảo mật của tài khoản.
idn0013 = Tài khoản hiện không có vai trò nào còn hiệu lực.
idn0014 = Hệ thống định danh gặp lỗi. Hãy thử lại sau ít phút.
idn0015 = Tên hiển thị của tài khoản không hợp lệ.
