# Câu chữ của kernel: mã lỗi và từ dùng chung.

ker0001 = Số định danh cá nhân gồm đúng 12 chữ số.
ker0002 = Ba chữ số đầu của số định danh cá nhân không phải mã tỉnh, thành phố hoặc quốc gia.
ker0003 = Số định danh cá nhân không khớp với giới tính.
ker0004 = Số định danh cá nhân không khớp với năm sinh.
ker0005 = Số định danh cá nhân chỉ dùng cho năm sinh từ 1900 đến 2399.
ker0006 = Phần ngẫu nhiên của số định danh cá nhân gồm 6 chữ số.
ker0011 = Chưa nhập họ tên.
ker0012 = Họ tên dài quá 255 ký tự.
ker0013 = Họ tên chỉ gồm chữ cái, dấu cách, dấu nháy, gạch nối và dấu chấm.
ker0021 = Ngày ghi theo dạng năm-tháng-ngày, năm-tháng hoặc chỉ năm.
ker0022 = Không có ngày này trong lịch.
ker0031 = Giới tính là nam hoặc nữ.
ker0041 = Mã đơn vị hành chính gồm 2, 3 hoặc 5 chữ số.
ker0051 = Số tiền phải là số đồng chẵn.
ker0061 = Không hiểu thời hạn này.
ker0062 = Thời hạn dài quá 10 năm.
ker0063 = Giờ làm việc không hợp lệ.

